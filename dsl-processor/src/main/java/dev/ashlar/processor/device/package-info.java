/** Devices, their links and their memory. Knows no other package but the diagnostics. */
@NullMarked
package dev.ashlar.processor.device;

import org.jspecify.annotations.NullMarked;
