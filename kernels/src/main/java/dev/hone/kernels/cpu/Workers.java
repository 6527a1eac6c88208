package dev.hone.kernels.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A fixed crew of daemon threads for {@link #parallelFor}. Which thread runs which task is left to
 * chance, so tasks must be cut from the problem alone, never from the number of threads, and write
 * to places of their own: then results do not depend on the threads.
 *
 * <p>An idle worker spins for some microseconds, as the next kernel of a step mostly follows at
 * once, and then parks.
 */
final class Workers {
  /** What a worker does for task number {@code task}. */
  interface Task {
    void run(int task);
  }

  private static final int SPINS = 2000;

  private final ReentrantLock oneJob = new ReentrantLock();
  private final Member[] crew;
  private volatile @Nullable Job current;
  private boolean started;

  /** Workers for {@code threads} threads in all: the caller is one of them. */
  Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("workers: needs 1 thread or more, but got " + threads);
    }
    crew = new Member[threads - 1];
    for (int i = 0; i < crew.length; i++) {
      crew[i] = new Member(i + 1);
    }
  }

  /** How many threads work, the caller included. */
  int threads() {
    return crew.length + 1;
  }

  /**
   * Runs tasks 0 .. tasks-1, each once, and returns when all are done. Calls from within a task,
   * and calls while another thread has the crew, run all tasks in the caller. If tasks throw, the
   * failure of the first of them in order is thrown here, once no task runs any more.
   */
  void parallelFor(int tasks, Task body) {
    if (tasks <= 1
        || crew.length == 0
        || Thread.currentThread() instanceof Member
        || oneJob.isHeldByCurrentThread()
        || !oneJob.tryLock()) {
      for (int i = 0; i < tasks; i++) {
        body.run(i);
      }
      return;
    }
    try {
      share(new Job(tasks, body));
    } finally {
      oneJob.unlock();
    }
  }

  private void share(Job job) {
    if (!started) {
      started = true;
      for (Member m : crew) {
        m.start();
      }
    }
    current = job;
    for (int i = 0; i < Math.min(crew.length, job.tasks - 1); i++) {
      if (crew[i].parked) {
        LockSupport.unpark(crew[i]);
      }
    }
    job.work();
    job.await();
    current = null;
    job.rethrow();
  }

  /** One call of parallelFor. */
  private static final class Job {
    final int tasks;
    final Task body;
    final Thread caller = Thread.currentThread();
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger left;
    private @Nullable Throwable failure;
    private int failed = Integer.MAX_VALUE;

    Job(int tasks, Task body) {
      this.tasks = tasks;
      this.body = body;
      this.left = new AtomicInteger(tasks);
    }

    void work() {
      for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
        try {
          body.run(i);
        } catch (Throwable t) { // whatever it is, the caller gets it
          fail(i, t);
        }
        if (left.decrementAndGet() == 0 && Thread.currentThread() != caller) {
          LockSupport.unpark(caller);
        }
      }
    }

    private synchronized void fail(int task, Throwable t) {
      if (task < failed) {
        failed = task;
        failure = t;
      }
    }

    void await() {
      for (int i = 0; i < SPINS && left.get() > 0; i++) {
        Thread.onSpinWait();
      }
      boolean interrupted = false;
      while (left.get() > 0) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        caller.interrupt();
      }
    }

    synchronized void rethrow() {
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
      if (failure != null) {
        throw new IllegalStateException("a task failed", failure);
      }
    }
  }

  /** One thread of the crew. */
  private final class Member extends Thread {
    volatile boolean parked;

    Member(int number) {
      super("hone-cpu-" + number);
      setDaemon(true);
    }

    @Override
    public void run() {
      // The job's counter, not the job: that would keep its arrays alive.
      @Nullable Object last = null;
      while (true) {
        Job job = next(last);
        job.work();
        last = job.next;
      }
    }

    private Job next(@Nullable Object last) {
      for (int i = 0; ; i++) {
        Job job = current;
        if (job != null && job.next != last) {
          return job;
        }
        if (i < SPINS) {
          Thread.onSpinWait();
          continue;
        }
        // The flag is up before the last look, and the caller looks at the flag after setting the
        // job: one of the two sees the other.
        parked = true;
        job = current;
        if (job == null || job.next == last) {
          LockSupport.park(this);
        }
        parked = false;
      }
    }
  }
}
