/** Files: safetensors, name maps, checkpoints, text and tables. */
@NullMarked
package dev.ashlar.runtime.io;

import org.jspecify.annotations.NullMarked;
