/** Models: CIFAR ResNets. */
@NullMarked
package dev.hone.nn.model;

import org.jspecify.annotations.NullMarked;
