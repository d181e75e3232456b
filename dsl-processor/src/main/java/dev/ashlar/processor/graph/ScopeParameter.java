package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.op.Handle;
import dev.ashlar.processor.op.ParameterDeclaration;
import dev.ashlar.processor.op.TensorType;
import java.util.Optional;

/**
 * A parameter or buffer of a scope; operators that are tied refer to the same one. Identity tells two apart.
 */
public final class ScopeParameter implements Handle {
    private final String name;
    private final ParameterDeclaration declaration;
    private final TensorType type;
    private final Source source;
    private final Optional<Whole> whole;

    ScopeParameter(String name, ParameterDeclaration declaration, TensorType type, Source source) {
        this(name, declaration, type, source, Optional.empty());
    }

    private ScopeParameter(
            String name, ParameterDeclaration declaration, TensorType type, Source source, Optional<Whole> whole) {
        this.name = name;
        this.declaration = declaration;
        this.type = type;
        this.source = source;
        this.whole = whole;
    }

    /** What one device has of it: the same name with another shape. */
    public ScopeParameter part(TensorType other, String layout) {
        return new ScopeParameter(name, declaration, other, source, Optional.of(new Whole(type.sizes(), layout)));
    }

    /** What it is a device's part of; empty if it is no part. */
    public Optional<Whole> whole() {
        return whole;
    }

    /** Its name below the scope: {@code "up.weight"}, {@code "attn.q.bias"}. */
    public String name() {
        return name;
    }

    /** Initial values, decay, buffer or not. */
    public ParameterDeclaration declaration() {
        return declaration;
    }

    @Override
    public TensorType type() {
        return type;
    }

    /** The method whose operator owns it. */
    public Source source() {
        return source;
    }

    @Override
    public String toString() {
        return name + type;
    }
}
