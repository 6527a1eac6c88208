package dev.hone.kernels.cuda;

import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** An instantiated graph of the driver's. */
final class CudaGraph extends GpuGraph {
  private final CudaDriver driver;
  private final CUgraphExec graph;
  private final int nodes;

  CudaGraph(CudaDriver driver, CUgraphExec graph, int nodes) {
    this.driver = driver;
    this.graph = graph;
    this.nodes = nodes;
  }

  CUgraphExec handle() {
    return graph;
  }

  @Override
  public int nodes() {
    return nodes;
  }

  @Override
  protected void destroyGraph() {
    if (driver.alive()) {
      driver.use();
      CudaStatus.check(JCudaDriver.cuGraphExecDestroy(graph), "cuGraphExecDestroy");
    }
  }
}
