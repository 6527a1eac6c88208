package dev.hone.icp.distill;

import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;

class ReferenceInvariantsTest extends InvariantsOfIcp {
  private static final Backend BACKEND = ReferenceBackend.float32();

  @Override
  Backend backend() {
    return BACKEND;
  }
}
