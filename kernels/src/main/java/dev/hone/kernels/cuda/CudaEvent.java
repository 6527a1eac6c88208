package dev.hone.kernels.cuda;

import jcuda.driver.CUevent;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** An event of the driver's. */
final class CudaEvent extends GpuEvent {
  private final CudaDriver driver;
  private final CUevent event;

  CudaEvent(CudaDriver driver, CUevent event) {
    this.driver = driver;
    this.event = event;
  }

  CUevent handle() {
    return event;
  }

  @Override
  protected boolean queryDone() {
    driver.use();
    int status = JCudaDriver.cuEventQuery(event);
    if (status == CUresult.CUDA_ERROR_NOT_READY) {
      return false;
    }
    CudaStatus.check(status, "cuEventQuery");
    return true;
  }

  @Override
  protected void await() {
    driver.use();
    CudaStatus.check(JCudaDriver.cuEventSynchronize(event), "cuEventSynchronize");
  }

  @Override
  protected double elapsedMillis(GpuEvent earlier) {
    driver.use();
    float[] millis = {0};
    CudaStatus.check(
        JCudaDriver.cuEventElapsedTime(millis, ((CudaEvent) earlier).event, event),
        "cuEventElapsedTime");
    return millis[0];
  }

  @Override
  protected void destroy() {
    if (driver.alive()) {
      driver.use();
      CudaStatus.check(JCudaDriver.cuEventDestroy(event), "cuEventDestroy");
    }
  }
}
