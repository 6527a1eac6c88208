/** NVIDIA's libraries for networks, cuDNN and cuBLAS, as a {@code DnnProvider}. */
@NullMarked
package dev.hone.kernels.cudnn;

import org.jspecify.annotations.NullMarked;
