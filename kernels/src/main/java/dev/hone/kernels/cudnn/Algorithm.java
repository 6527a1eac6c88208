package dev.hone.kernels.cudnn;

/**
 * One of cuDNN's ways to do a convolution, as its heuristics propose it.
 *
 * @param number the algorithm
 * @param status 0 if it can do this convolution
 * @param deterministic whether it gives the same bits each time
 * @param mathType cuDNN's number of the math it uses
 * @param bytes the workspace it asks for
 */
record Algorithm(int number, int status, boolean deterministic, int mathType, long bytes) {}
