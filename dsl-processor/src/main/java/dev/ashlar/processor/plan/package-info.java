/** What was chosen for a plan, and why a plan is not possible. */
@NullMarked
package dev.ashlar.processor.plan;

import org.jspecify.annotations.NullMarked;
