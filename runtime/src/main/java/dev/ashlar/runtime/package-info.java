/** What generated code calls: values that users and generated steps share. */
@NullMarked
package dev.ashlar.runtime;

import org.jspecify.annotations.NullMarked;
