/** The linear program of a plan: calls, frees, loops over blocks. The writer prints it, the timeline interprets it. */
@NullMarked
package dev.ashlar.processor.program;

import org.jspecify.annotations.NullMarked;
