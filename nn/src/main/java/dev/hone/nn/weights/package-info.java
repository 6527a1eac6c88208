/** Files of weights: safetensors in and out, by PyTorch's names, and arrays for NumPy. */
@NullMarked
package dev.hone.nn.weights;

import org.jspecify.annotations.NullMarked;
