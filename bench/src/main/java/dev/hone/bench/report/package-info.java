/**
 * What a run leaves behind: plain records in; report.html, metrics.jsonl, summaries and pictures
 * out.
 */
@NullMarked
package dev.hone.bench.report;

import org.jspecify.annotations.NullMarked;
