package dev.hone.tensor.conformance;

import dev.hone.tensor.reference.ReferenceBackendProvider;

/** Single precision against double. */
class ReferenceConformanceTest extends BackendConformance {
  ReferenceConformanceTest() {
    super(new ReferenceBackendProvider());
  }
}
