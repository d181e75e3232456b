/** Benchmarks on GPUs: the rows of docs/benchmarks.md, a plan each, and the command that runs one. */
@NullMarked
package dev.ashlar.samples.bench.gpu;

import org.jspecify.annotations.NullMarked;
