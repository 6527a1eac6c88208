package dev.hone.bench.micro;

import java.util.List;
import java.util.ServiceLoader;

/** How a peer announces itself; found through {@link ServiceLoader}, and none is needed. */
public interface PeerProvider {
  /** What {@code --peer} calls it. */
  String name();

  /** The peer on {@code problem}, with {@code threads} threads. */
  Engine open(Problem problem, int threads);

  /** The peers on the class path: mostly none. */
  static List<PeerProvider> found() {
    return ServiceLoader.load(PeerProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }
}
