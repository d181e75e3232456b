/**
 * What backward may compute again, as a problem for the solver.
 *
 * <p>The model's forward is a chain of pieces: runs of its own operators, and repetitions of blocks. A piece has a menu of labels; a label
 * says what is dropped in it. Only tensors that live and die within their piece may be dropped, so that the memory of a label is the
 * piece's own affair: it adds what the piece keeps to every time between its forward and its backward, and its most within either. Both
 * are read off the timeline of a program in which long repeats are cut short, one program for every place on the menus.
 */
@NullMarked
package dev.ashlar.processor.recompute;

import org.jspecify.annotations.NullMarked;
