package dev.hone.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.tensor.backend.BackendProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** A suite that skips in silence passes for ever. */
class UnavailableBackendTest {
  private static final String REQUIRED = "conformance.required";
  private static final String LINE = "backend abacus is not available: two beads are missing";

  private final String before = System.getProperty(REQUIRED, "false");

  private static final class Abacus extends BackendConformance {
    Abacus() {
      super(
          new BackendProvider() {
            @Override
            public String name() {
              return "abacus";
            }

            @Override
            public Availability probe() {
              return new Availability.Unavailable("two beads are missing");
            }
          });
    }
  }

  @AfterEach
  void restore() {
    System.setProperty(REQUIRED, before);
  }

  @Test
  void isSkippedWithItsReason() {
    System.setProperty(REQUIRED, "false");
    var e = assertThrows(TestAbortedException.class, () -> new Abacus().backend());
    assertEquals(LINE, e.getMessage());
  }

  @Test
  void failsWithItsReasonWhereItIsRequired() {
    System.setProperty(REQUIRED, "true");
    var e = assertThrows(AssertionFailedError.class, () -> new Abacus().backend());
    assertEquals(LINE, e.getMessage());
  }
}
