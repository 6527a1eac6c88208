package dev.hone.icp;

/** Which way a perturbation moves the loss. */
public enum Direction {
  /** Down the loss: ICP. */
  CONSTRUCTIVE,
  /** Up the loss: with the sign rule FGSM (one step) and i-FGSM. */
  ADVERSARIAL
}
