/** A plan as people and programs read it: JSON and tables. */
@NullMarked
package dev.ashlar.processor.report;

import org.jspecify.annotations.NullMarked;
