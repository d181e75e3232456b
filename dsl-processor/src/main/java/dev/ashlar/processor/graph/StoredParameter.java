package dev.ashlar.processor.graph;

import java.util.List;

/**
 * A parameter of an operator as it lies on one device, and what brings it to where the operator uses it.
 *
 * @param parameter as it lies there
 * @param gather transfers in order that bring it to where the operator uses it; empty if it lies as it is used
 * @param gradient transfers in order that bring its gradient to where the optimizer updates the parameter
 * @param keepGathered whether backward reads what forward has gathered; else backward gathers it again
 * @param overlapped whether it is gathered, and its gradient scattered, while kernels run, as far as that can be
 */
public record StoredParameter(
        ScopeParameter parameter, List<Hop> gather, List<Hop> gradient, boolean keepGathered, boolean overlapped) {
    /** Copies the lists. */
    public StoredParameter {
        gather = List.copyOf(gather);
        gradient = List.copyOf(gradient);
    }
}
