package dev.hone.bench.micro;

/** What {@code --suite} names. */
public enum Suite {
  /** Forward, training, ICP and distillation steps. */
  STEPS,
  /** ICP with each rule, in both modes, and its loops. */
  ICP,
  /** What training runs. */
  TRAIN,
  /** Each pass of each convolution of ResNet-20. */
  CONV,
  /** Each row of the conformance table. */
  OPS,
  /** Everything but the ops. */
  ALL
}
