package dev.hone.tensor.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fuzzer finds what it should in readers with planted mistakes. */
@Timeout(60)
class FuzzTest {
  /** Magic "HN", a length, so many bytes and their sum. */
  private static final byte[] GOOD = {'H', 'N', 0, 0, 0, 4, 1, 2, 3, 4, 10};

  private interface Payload {
    void read(int length, byte[] data) throws IOException;
  }

  /** A reader of that format which is sound up to its payload. */
  private static Fuzz.Reader format(Payload payload) {
    return input -> {
      if (input.length < 6 || input[0] != 'H' || input[1] != 'N') {
        throw new IOException("not of this format");
      }
      payload.read(ByteBuffer.wrap(input).getInt(2), Arrays.copyOfRange(input, 6, input.length));
    };
  }

  private static FuzzReport attack(Fuzz.Reader reader) {
    return Fuzz.target("planted", reader, IOException.class).seed(GOOD).within(0.1).run(20_000, 1);
  }

  private static final Fuzz.Reader SOUND =
      format((length, data) -> {
        if (length != data.length - 1) {
          throw new IOException("length");
        }
      });

  @Test
  void aSoundReaderHasNoFindings() {
    FuzzReport report = attack(SOUND);
    assertEquals(List.of(), report.findings());
    assertEquals(20_000, report.inputs());
    assertTrue(report.taken() > 100 && report.taken() < 10_000, report::figures);
    assertEquals(2, report.places(), report::figures);
  }

  @Test
  void aLengthThatIsBelievedIsFound() {
    FuzzReport report = attack(format((length, data) -> data[length]++));
    assertTrue(report.findings().toString().contains("ArrayIndexOutOfBounds"), report::toString);
    Path kept = Path.of(report.findings().getFirst().replaceAll(".*: ", ""));
    assertTrue(Files.exists(kept), kept::toString);
  }

  @Test
  void memoryThatALengthBuysIsFound() {
    Fuzz.Reader greedy =
        format((length, data) -> new ArrayList<>(Math.clamp(length, 0, 20_000_000)));
    // A few are enough, and each that it finds costs 80 MB.
    FuzzReport report =
        Fuzz.target("planted", greedy, IOException.class).seed(GOOD).within(0.1).run(400, 1);
    assertTrue(report.findings().toString().contains("allocated"), report::toString);
  }

  @Test
  void recursionIsFound() {
    FuzzReport report = attack(format((length, data) -> deep(length)));
    assertTrue(report.findings().toString().contains("StackOverflowError"), report::toString);
  }

  private static int deep(int n) {
    return n <= 0 ? 0 : 1 + deep(n - 1);
  }

  @Test
  void aHangIsFound() {
    FuzzReport report =
        attack(
            format((length, data) -> {
              while (length < 0 && !Thread.interrupted()) {
                Thread.onSpinWait();
              }
            }));
    assertTrue(report.findings().toString().contains("still reading"), report::toString);
  }

  @Test
  void whatIsWrittenOutsideIsFound(@TempDir Path folder) throws IOException {
    Fuzz.Reader careless =
        input -> {
          if (input.length > 20) {
            Files.write(folder.resolve("escaped"), input);
          }
        };
    FuzzReport report = Fuzz.target("outside", careless).seed(GOOD).untouched(folder).run(1000, 1);
    assertTrue(report.findings().toString().contains("written"), report::toString);
  }

  @Test
  void aMutantOfAMutantGoesDeeper() {
    // Four bytes that a single lucky mutant would need all at once.
    Fuzz.Reader deep =
        input -> {
          for (int i = 0; i < 4; i++) {
            if (i >= input.length || input[i] != "deep".charAt(i)) {
              throw new IOException(new Exception(new Exception().getStackTrace()[0] + "" + i));
            }
          }
          throw new IllegalStateException("reached");
        };
    Fuzz.Reader told =
        input -> {
          if (input.length < 1 || input[0] != 'd') {
            throw new IOException("1");
          }
          if (input.length < 2 || input[1] != 'e') {
            throw new IOException("2");
          }
          if (input.length < 3 || input[2] != 'e') {
            throw new IOException("3");
          }
          if (input.length < 4 || input[3] != 'p') {
            throw new IOException("4");
          }
          throw new IllegalStateException("reached");
        };
    byte[] start = new byte[8];
    assertTrue(find(told, start).findings().toString().contains("reached"));
    assertEquals(List.of(), find(deep, start).findings(), "one place for all: no guidance");
  }

  private static FuzzReport find(Fuzz.Reader reader, byte[] start) {
    return Fuzz.target("deep", reader, IOException.class).seed(start).run(60_000, 1);
  }

  @Test
  void theSameSeedGivesTheSameInputs() {
    assertEquals(inputs(7), inputs(7));
    assertTrue(!inputs(7).equals(inputs(8)));
  }

  private static List<Integer> inputs(long seed) {
    var hashes = new ArrayList<Integer>();
    Fuzz.target("recorded", input -> hashes.add(Arrays.hashCode(input))).seed(GOOD).run(100, seed);
    return hashes;
  }

  @Test
  void regressionsAreReadFirstAndTheRunFailsWithTheirFindings(@TempDir Path folder)
      throws IOException {
    Files.write(folder.resolve("found"), new byte[] {'b', 'a', 'd'});
    Fuzz.Reader reader =
        input -> {
          if (Arrays.equals(input, new byte[] {'b', 'a', 'd'})) {
            throw new IllegalStateException("again");
          }
        };
    Fuzz fuzz = Fuzz.target("regressed", reader).seed(GOOD).regressions(folder);
    String message = String.valueOf(assertThrows(AssertionError.class, fuzz::run).getMessage());
    assertTrue(message.contains("again"), message);
  }
}
