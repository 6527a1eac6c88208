package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class StopSignalTest {
  @Test
  void theJvmWaitsUntilTheLoopHasStopped() {
    var text = new StringWriter();
    var ended = new CountDownLatch(1);
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          try (StopSignal signal = StopSignal.listen(new PrintWriter(text))) {
            assertFalse(signal.getAsBoolean());
            // As the JVM runs it on Ctrl-C.
            Thread hook =
                Thread.ofPlatform()
                    .start(() -> {
                      signal.stop();
                      ended.countDown();
                    });
            while (!signal.getAsBoolean()) {
              Thread.onSpinWait();
            }
            assertTrue(hook.isAlive());
            assertTrue(ended.getCount() == 1);
          }
          ended.await();
        });
    assertTrue(text.toString().contains("saving a checkpoint"), text.toString());
  }

  @Test
  void aRunThatWasNotStoppedLeavesNoHook() {
    var text = new StringWriter();
    StopSignal signal = StopSignal.listen(new PrintWriter(text));
    signal.close();
    signal.close();
    assertFalse(signal.getAsBoolean());
    assertTrue(text.toString().isEmpty(), text.toString());
  }
}
