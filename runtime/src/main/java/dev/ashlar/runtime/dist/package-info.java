/** Ranks on a mesh: how they find each other, one process group for each mesh axis, and the bytes that they send. */
@NullMarked
package dev.ashlar.runtime.dist;

import org.jspecify.annotations.NullMarked;
