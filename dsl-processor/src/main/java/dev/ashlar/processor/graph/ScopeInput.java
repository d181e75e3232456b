package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Source;

/**
 * An input of a scope.
 *
 * @param name its name, the method's
 * @param value the tensor
 */
public record ScopeInput(String name, Value value, Source source) {}
