package dev.ashlar.processor.op;

import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.pointwise.Term;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** An operator kind. Everything about it stands in its one file. */
public interface Operator {
    /** Its kind in plans and messages: {@code "linear"}. */
    String kind();

    /** Its inputs. */
    List<Port> ports();

    /** Its dimension rule and parameters under these attributes, with so many inputs present. */
    Signature signature(Attributes attributes, int inputs);

    /**
     * Rules of further kernels of the same operator that shard what the kernel of its signature cannot. They differ from the signature's
     * rule in marks alone; shapes come from that one.
     */
    default List<Rule> furtherRules(Attributes attributes, int inputs) {
        return List.of();
    }

    /**
     * What the kernel of a further rule reduces over the devices that share an axis marked {@code %}.
     *
     * @param axis of the rule, numbered behind a {@code *}
     * @param shapes of one device's parts
     */
    default List<InnerReduction> reductions(Attributes attributes, String axis, Shapes shapes) {
        return List.of();
    }

    /** Element type that an input must have. */
    default Element inputElement(int index) {
        return Element.COMPUTE;
    }

    /** An id outside the rule's range that this input allows, meaning: does not count. */
    default OptionalLong ignoredId(Attributes attributes, int input) {
        return OptionalLong.empty();
    }

    /**
     * Checks what the rule cannot say, once all shapes are known.
     *
     * @throws ModelException if the shapes do not go with the attributes
     */
    default void check(Attributes attributes, Shapes shapes) {}

    /** Its arithmetic and extra memory. */
    Work work(Attributes attributes, Shapes shapes);

    /** Names of sizes that the rate of its kernels depends on beside the roofline; devices may have measured it for them. */
    default List<String> rateSizes() {
        return List.of();
    }

    /** The sizes of these names, in their order. */
    default List<Long> rateSizes(Shapes shapes) {
        return List.of();
    }

    /**
     * The matrix product that its forward kernel is, if it is one. Its gradients are products too: {@link MatrixProduct#gradient}. Devices
     * may have measured times of these.
     */
    default Optional<MatrixProduct> product(Attributes attributes, Shapes shapes) {
        return Optional.empty();
    }

    /** Matrix products inside a forward kernel that makes several tensors. */
    default List<MatrixProduct> innerProducts(Attributes attributes, Shapes shapes) {
        return List.of();
    }

    /**
     * Whether its output is a mean over the elements of its second input, or over those that are not {@link #ignoredId ignored} there.
     */
    default boolean lossIsMean() {
        return false;
    }

    /** Whether its parameters are its own, else those of the operators that it stands for. */
    default boolean declaresParameters() {
        return true;
    }

    /** What its kernels compute once and keep. */
    default List<Table> tables(Attributes attributes, Shapes shapes) {
        return List.of();
    }

    /** What it computes, where that is a function of single elements of its inputs, which then may become part of a larger one. */
    default Optional<Term> pointwise(Attributes attributes, int inputs) {
        return Optional.empty();
    }

    /** Lowers the forward direction. */
    void forward(ForwardBuilder f);

    /** Lowers the forward direction for evaluation, where nothing is kept and nothing is random. */
    default void evaluate(ForwardBuilder f) {
        forward(f);
    }

    /** Whether its forward may run a second time with the same result and no other effect. */
    default boolean recomputable() {
        return true;
    }

    /** Lowers the gradient. */
    void gradient(GradientBuilder g);
}
