/** Functions of single elements: what they are, their derivatives, and how a kernel's text says them. Knows no other package. */
@NullMarked
package dev.ashlar.processor.pointwise;

import org.jspecify.annotations.NullMarked;
