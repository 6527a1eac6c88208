/** ResNet-20 on libtorch, as well as PyTorch can be written from a JVM. */
@NullMarked
package dev.hone.bench.peer.libtorch;

import org.jspecify.annotations.NullMarked;
