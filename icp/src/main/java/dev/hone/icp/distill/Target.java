package dev.hone.icp.distill;

/**
 * Which input makes the features that the student is drawn to. All but the first are controls: they
 * tell what the constructive direction is worth.
 */
public enum Target {
  /** x', which ICP made. */
  PERTURBED,
  /** x + a random difference, for each sample as long (L2) as ICP's. */
  RANDOM,
  /** x - (x' - x): the way ICP did not go. Not clamped to a valid range, so that it is exact. */
  OPPOSITE,
  /** None: a(e) fades the task loss, and nothing takes over. ICP does not run. */
  NONE
}
