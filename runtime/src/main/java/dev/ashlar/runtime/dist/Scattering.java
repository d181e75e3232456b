package dev.ashlar.runtime.dist;

import org.bytedeco.pytorch.Tensor;

/**
 * A reduce-scatter that runs while the program goes on.
 *
 * @param part this rank's part of the sum, contiguous, owned by the caller; it is there when the end was waited for
 * @param running has what is summed until then
 */
public record Scattering(Tensor part, Running running) {}
