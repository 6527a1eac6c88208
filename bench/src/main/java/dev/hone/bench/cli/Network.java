package dev.hone.bench.cli;

import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Normalization;
import dev.hone.nn.model.ResNet;
import dev.hone.tensor.backend.Backend;
import java.nio.file.Path;

/**
 * A trained network with the images to try it on.
 *
 * @param name such as {@code resnet20, shortcut A}
 * @param model on normalised pixels {@code [N, C, H, W]}
 * @param normalization that the weights were trained with
 * @param test the test split
 * @param weights where they came from
 */
record Network(
    String name,
    ResNet model,
    Normalization normalization,
    ImageDataset test,
    Backend backend,
    Path weights) {}
