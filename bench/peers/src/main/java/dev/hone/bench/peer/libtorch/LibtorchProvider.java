package dev.hone.bench.peer.libtorch;

import dev.hone.bench.micro.Engine;
import dev.hone.bench.micro.PeerProvider;
import dev.hone.bench.micro.Problem;

/** Announces libtorch. */
public final class LibtorchProvider implements PeerProvider {
  @Override
  public String name() {
    return "libtorch";
  }

  @Override
  public Engine open(Problem problem, int threads) {
    return LibtorchEngine.open(problem, threads);
  }
}
