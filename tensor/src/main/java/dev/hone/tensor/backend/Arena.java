package dev.hone.tensor.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Owns the buffers of one step and gives them back together. A tensor that lives in an arena passes
 * it on to every tensor computed from it, so nothing has to be threaded through signatures: a tape
 * puts the variables it watches into its arena, and the whole step follows. Not thread-safe, as the
 * tape it belongs to is not. An arena that is never closed costs memory until the collector comes,
 * and nothing else.
 */
public final class Arena implements AutoCloseable {
  private final List<Storage> owned = new ArrayList<>();
  private boolean closed;

  /** Takes {@code storage} over, to release it on {@link #close}. */
  public void adopt(Storage storage) {
    if (closed) {
      throw new IllegalStateException(
          "this tape is closed; a tensor from it cannot be computed with any more");
    }
    storage.place = owned.size();
    owned.add(storage);
  }

  /**
   * Gives {@code storage} back before the rest, if this arena owns it and adopted it when it had
   * {@link #size} {@code mark} or more; else does nothing. Nobody may look at it any more.
   */
  public void releaseIfSince(int mark, Storage storage) {
    int place = storage.place;
    if (place >= mark && place < owned.size() && owned.get(place) == storage) {
      storage.release();
    }
  }

  /**
   * Gives back, before the rest, what was adopted when the arena had {@link #size} {@code mark} or
   * more, but for what is to be kept.
   */
  public void releaseSince(int mark, Predicate<Storage> kept) {
    for (int i = mark; i < owned.size(); i++) {
      if (!kept.test(owned.get(i))) {
        owned.get(i).release();
      }
    }
  }

  /** How many buffers it has taken over. */
  public int size() {
    return owned.size();
  }

  @Override
  public void close() {
    closed = true;
    owned.forEach(Storage::release);
    owned.clear();
  }
}
