package dev.ashlar.runtime.train;

import dev.ashlar.runtime.HostTensor;

/**
 * One batch of {@link TinyMlpStep}.
 *
 * @param x [batch, features], floats
 * @param targets [batch], class ids
 */
record TinyMlpBatch(HostTensor x, HostTensor targets) {}
