package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.op.Handle;
import dev.ashlar.processor.op.ParameterDeclaration;
import dev.ashlar.processor.op.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * A parameter or buffer of a scope; operators that are tied refer to the same one. Identity tells two apart.
 */
public final class ScopeParameter implements Handle {
    private final String name;
    private final ParameterDeclaration declaration;
    private final TensorType type;
    private final TensorType updated;
    private final List<Hop> update;
    private final Source source;
    private final Optional<Whole> whole;

    ScopeParameter(String name, ParameterDeclaration declaration, TensorType type, Source source) {
        this(name, declaration, type, type, List.of(), source, Optional.empty());
    }

    private ScopeParameter(
            String name,
            ParameterDeclaration declaration,
            TensorType type,
            TensorType updated,
            List<Hop> update,
            Source source,
            Optional<Whole> whole) {
        this.name = name;
        this.declaration = declaration;
        this.type = type;
        this.updated = updated;
        this.update = List.copyOf(update);
        this.source = source;
        this.whole = whole;
    }

    /** What one device uses of it: the same name with another shape. */
    public ScopeParameter as(TensorType other) {
        return new ScopeParameter(name, declaration, other, source);
    }

    /** What it is a device's part of; empty if it is no part. */
    public Optional<Whole> whole() {
        return whole;
    }

    /**
     * What one device has of it where that device updates a part of it only.
     *
     * @param part what it has
     * @param updatedPart what it updates of that
     * @param gathers transfers in order that then bring it what other devices have updated
     * @param layout how it lies on the mesh
     */
    public ScopeParameter as(TensorType part, TensorType updatedPart, List<Hop> gathers, String layout) {
        Whole of = new Whole(type.sizes(), layout);
        return new ScopeParameter(name, declaration, part, updatedPart, gathers, source, Optional.of(of));
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

    /** What the optimizer updates of it on one device; its gradient and state have this shape. */
    public TensorType updated() {
        return updated;
    }

    /** Transfers in order that follow the update: they make the whole of what the device has out of what was updated. */
    public List<Hop> update() {
        return update;
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
