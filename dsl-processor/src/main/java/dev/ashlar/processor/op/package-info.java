/** The catalogue of operators: one small file a kind, and the dimension rules they are declared by. Knows no other package but diagnostics. */
@NullMarked
package dev.ashlar.processor.op;

import org.jspecify.annotations.NullMarked;
