/** What a backend has to provide: memory and kernels. Shapes were checked before it is asked. */
@NullMarked
package dev.hone.tensor.backend;

import org.jspecify.annotations.NullMarked;
