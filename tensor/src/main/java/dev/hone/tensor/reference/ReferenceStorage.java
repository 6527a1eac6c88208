package dev.hone.tensor.reference;

import dev.hone.tensor.DType;
import dev.hone.tensor.backend.Storage;
import org.jspecify.annotations.Nullable;

/** Doubles, whatever the type: an int32 and a float32 both fit without loss. */
final class ReferenceStorage extends Storage {
  private double @Nullable [] elements;

  ReferenceStorage(ReferenceBackend backend, DType dtype, double[] elements) {
    super(backend, dtype, elements.length);
    this.elements = elements;
  }

  double[] elements() {
    double[] e = elements;
    if (e == null) {
      throw gone();
    }
    return e;
  }

  @Override
  public void release() {
    elements = null;
  }
}
