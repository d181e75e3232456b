/** Trains a planned model: the step that written code extends, schedules, data and the loop around them. */
@NullMarked
package dev.ashlar.runtime.train;

import org.jspecify.annotations.NullMarked;
