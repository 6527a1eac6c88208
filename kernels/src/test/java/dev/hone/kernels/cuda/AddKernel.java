package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import java.util.List;

/** {@code y[i] += a * x[i]} for i below n: a kernel for tests of the driver. */
record AddKernel(GpuKernel kernel) {
  static final String PTX =
      """
      .version 7.0
      .target sm_70
      .address_size 64
      .visible .entry add(
        .param .u64 .ptr .global .align 4 y,
        .param .u64 .ptr .global .align 4 x,
        .param .f32 a,
        .param .u32 n)
      {
        .reg .pred %p<2>;
        .reg .f32 %f<4>;
        .reg .b32 %r<6>;
        .reg .b64 %rd<6>;
        ld.param.u64 %rd1, [y];
        ld.param.u64 %rd2, [x];
        ld.param.f32 %f1, [a];
        ld.param.u32 %r1, [n];
        mov.u32 %r2, %ctaid.x;
        mov.u32 %r3, %ntid.x;
        mov.u32 %r4, %tid.x;
        mad.lo.s32 %r5, %r2, %r3, %r4;
        setp.ge.u32 %p1, %r5, %r1;
        @%p1 bra DONE;
        cvta.to.global.u64 %rd1, %rd1;
        cvta.to.global.u64 %rd2, %rd2;
        mul.wide.u32 %rd3, %r5, 4;
        add.s64 %rd4, %rd1, %rd3;
        add.s64 %rd5, %rd2, %rd3;
        ld.global.f32 %f2, [%rd5];
        ld.global.f32 %f3, [%rd4];
        fma.rn.f32 %f3, %f1, %f2, %f3;
        st.global.f32 [%rd4], %f3;
      DONE:
        ret;
      }
      """;

  static AddKernel on(GpuDriver driver) {
    return new AddKernel(driver.load(PTX, "add").kernel("add"));
  }

  /** y += a * x, all of both. */
  void launch(GpuStream stream, DeviceMemory y, DeviceMemory x, float a) {
    int n = (int) (y.bytes() / Float.BYTES);
    stream.launch(
        kernel,
        Grid.covering(n, 32),
        0,
        List.of(
            y.argument(), x.argument(), new KernelArgument.Float(a), new KernelArgument.Int(n)));
  }
}
