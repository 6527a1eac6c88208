package dev.hone.bench.report;

/**
 * The network of a run.
 *
 * @param summary the table of its blocks as fixed-width text, several lines; may be empty
 */
public record ModelDescription(String name, long parameters, String summary) {}
