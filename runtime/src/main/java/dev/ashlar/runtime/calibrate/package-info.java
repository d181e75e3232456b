/** Measures a machine and writes the device profile that plans are made by (docs/device-profile.md). */
@NullMarked
package dev.ashlar.runtime.calibrate;

import org.jspecify.annotations.NullMarked;
