/**
 * The joint problem: strategies of all operators, layouts of all copies and boundaries, and what they come to in time and memory, as
 * tables for the solver.
 *
 * <p>The order of kernels, the values and their lifetimes come from a <em>skeleton</em>: the unsharded training graph with a copy, marked
 * and priced at nothing, wherever a tensor could be laid out anew. A choice changes the sizes of tensors and which copies are made; it
 * never changes the order. So the memory at every time point is a sum of tables, each over the few choices that decide about one
 * storage.
 */
@NullMarked
package dev.ashlar.processor.joint;

import org.jspecify.annotations.NullMarked;
