package dev.ashlar.processor.op;

import dev.ashlar.runtime.engine.Ops;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * An operator with random attributes and shapes, and the same by libtorch's differentiable functions.
 *
 * @param annotation its annotation
 * @param made the operator; empty for the annotation's
 * @param label what is special about the case
 * @param sketch draws attributes and input shapes
 * @param training the formula of the forward direction
 * @param evaluation the formula of evaluation
 */
record OperatorCase(
        String annotation,
        Optional<Operator> made,
        String label,
        Function<Draw, Sketch> sketch,
        Function<Reference, Tensor> training,
        Function<Reference, Tensor> evaluation) {
    OperatorCase(
            String annotation,
            String label,
            Function<Draw, Sketch> sketch,
            Function<Reference, Tensor> training,
            Function<Reference, Tensor> evaluation) {
        this(annotation, Optional.empty(), label, sketch, training, evaluation);
    }

    /** Elements of the annotation and shapes of the inputs. */
    record Sketch(Map<String, Object> elements, List<long[]> shapes) {
        static Sketch of(Map<String, Object> elements, long[]... shapes) {
            return new Sketch(elements, Arrays.asList(shapes));
        }
    }

    /** What a formula works on. */
    record Reference(Attributes attributes, List<Tensor> inputs, List<Tensor> parameters, Ops ops) {
        Tensor x() {
            return inputs.get(0);
        }
    }

    static OperatorCase of(
            String annotation, String label, Function<Draw, Sketch> sketch, Function<Reference, Tensor> formula) {
        return new OperatorCase(annotation, label, sketch, formula, formula);
    }

    static long[] shape(long... sizes) {
        return sizes;
    }

    Operator operator() {
        return made.orElseGet(() -> Catalogue.standard().operator(annotation).orElseThrow());
    }

    @Override
    public String toString() {
        return label.isEmpty() ? annotation : annotation + " " + label;
    }
}
