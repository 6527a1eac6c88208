package dev.hone.bench.cli;

import dev.hone.kernels.ptx.KernelArgument;
import dev.hone.kernels.ptx.PtxEmulator;
import dev.hone.tensor.Philox;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A kernel's argument as typed: {@code f32:1.5}, {@code u32:100}, {@code buffer:f32:1024:iota}. */
sealed interface PtxArgument {
  /** A number. */
  record Scalar(KernelArgument value) implements PtxArgument {}

  /** Memory to allocate, fill and print afterwards. */
  record Buffer(Element element, int count, Contents contents) implements PtxArgument {}

  /** The types of buffers. */
  enum Element {
    F32(4),
    F64(8),
    U32(4),
    S32(4),
    U64(8),
    S64(8),
    U8(1);

    final int bytes;

    Element(int bytes) {
      this.bytes = bytes;
    }
  }

  /** What is in a buffer at first. */
  enum Contents {
    ZEROS,
    ONES,
    IOTA,
    RANDOM,
    UNINITIALISED
  }

  static PtxArgument parse(String text) {
    String[] parts = text.split(":", -1);
    try {
      if (parts[0].equals("buffer") && parts.length == 4) {
        return new Buffer(
            Element.valueOf(parts[1].toUpperCase(Locale.ROOT)),
            Integer.parseInt(parts[2]),
            Contents.valueOf(parts[3].toUpperCase(Locale.ROOT)));
      }
      if (parts.length == 2) {
        return new Scalar(scalar(parts[0], parts[1]));
      }
    } catch (IllegalArgumentException e) {
      throw refusal(text);
    }
    throw refusal(text);
  }

  private static Refusal refusal(String text) {
    return new Refusal(
        "--arg: '%s' is neither a number, as f32:1.5 or u32:100 (f32, f64, u32, s32, u64, s64), nor a buffer, as buffer:f32:1024:iota (%s, u8; zeros, ones, iota, random, uninitialised)"
            .formatted(text, "f32, f64, u32, s32, u64, s64"));
  }

  private static KernelArgument scalar(String type, String value) {
    return switch (type) {
      case "f32" -> new KernelArgument.Float(Float.parseFloat(value));
      case "f64" -> new KernelArgument.Double(Double.parseDouble(value));
      case "u32" -> new KernelArgument.Int(Integer.parseUnsignedInt(value));
      case "s32" -> new KernelArgument.Int(Integer.parseInt(value));
      case "u64" -> new KernelArgument.Long(Long.parseUnsignedLong(value));
      case "s64" -> new KernelArgument.Long(Long.parseLong(value));
      default -> throw new IllegalArgumentException(type);
    };
  }

  /** Allocates and fills what is a buffer; numbers stay. */
  default KernelArgument on(PtxEmulator emulator, long seed) {
    return switch (this) {
      case Scalar s -> s.value();
      case Buffer b -> new KernelArgument.Address(allocate(emulator, b, seed));
    };
  }

  private static long allocate(PtxEmulator emulator, Buffer b, long seed) {
    if (b.count() < 1) {
      throw new Refusal("--arg: a buffer needs 1 element or more, but has " + b.count());
    }
    long bytes = (long) b.count() * b.element().bytes;
    long address = emulator.allocate(bytes);
    if (b.contents() != Contents.UNINITIALISED) {
      byte[] values = new byte[Math.toIntExact(bytes)];
      MemorySegment memory = MemorySegment.ofArray(values);
      var draw = new Philox(seed, address);
      for (int i = 0; i < b.count(); i++) {
        put(memory, b, i, draw);
      }
      emulator.copyIn(address, memory);
    }
    return address;
  }

  private static void put(MemorySegment memory, Buffer b, int i, Philox draw) {
    boolean random = b.contents() == Contents.RANDOM;
    long whole = random ? draw.below(100, i) : b.contents() == Contents.IOTA ? i : 1;
    double real = random ? draw.uniform(i) : whole;
    if (b.contents() == Contents.ZEROS) {
      return;
    }
    switch (b.element()) {
      case F32 -> memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, (float) real);
      case F64 -> memory.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8L * i, real);
      case U32, S32 -> memory.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, (int) whole);
      case U64, S64 -> memory.set(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i, whole);
      case U8 -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) whole);
    }
  }

  /** The first {@code most} elements, as they are now. */
  static List<String> contents(PtxEmulator emulator, Buffer b, long address, int most) {
    int count = Math.min(b.count(), most);
    MemorySegment memory = MemorySegment.ofArray(new byte[count * b.element().bytes]);
    emulator.copyOut(address, memory);
    var values = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      values.add(
          switch (b.element()) {
            case F32 -> String.valueOf(memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i));
            case F64 -> String.valueOf(memory.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8L * i));
            case U32 ->
                Integer.toUnsignedString(memory.get(ValueLayout.JAVA_INT_UNALIGNED, 4L * i));
            case S32 -> String.valueOf(memory.get(ValueLayout.JAVA_INT_UNALIGNED, 4L * i));
            case U64 -> Long.toUnsignedString(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i));
            case S64 -> String.valueOf(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i));
            case U8 -> String.valueOf(memory.get(ValueLayout.JAVA_BYTE, i) & 0xFF);
          });
    }
    return values;
  }
}
