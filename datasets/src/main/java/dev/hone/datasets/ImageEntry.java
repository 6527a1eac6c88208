package dev.hone.datasets;

/**
 * One image file of a data set, before it is read.
 *
 * @param path within its folder or archive, with slashes
 * @param stamp what changes when the file changes: its size with a checksum or a time
 * @param label its class
 */
record ImageEntry(String path, String stamp, int label, Split split, Crop crop) {}
