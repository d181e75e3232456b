/** A perceptron that classifies the rows of a table. */
@NullMarked
package dev.ashlar.samples.mlp;

import org.jspecify.annotations.NullMarked;
