package dev.hone.tensor.reference;

import dev.hone.tensor.backend.BackendProvider;

/** Announces the single-precision reference backend, which runs wherever Java does. */
public final class ReferenceBackendProvider implements BackendProvider {
  @Override
  public String name() {
    return ReferenceBackend.float32().name();
  }

  @Override
  public Availability probe() {
    return new Availability.Available(ReferenceBackend.float32());
  }
}
