package dev.ashlar.processor.graph;

/** One collective or copy between devices, as far as a lowered scope has to know it; equal ones do the same. */
public interface Transfer {
    /** Whether the result may take the place of the source. */
    boolean inPlace();

    /** Whether the source may be a part of the result's memory, which the others' parts then complete. */
    boolean completes();

    /** Memory in bytes beside source and result, at the most at once. */
    long workspaceBytes();

    /** How long it takes, in units of 2⁻²⁰ nanoseconds. */
    long ticks();
}
