package dev.ashlar.processor.op;

import dev.ashlar.processor.pointwise.Term;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** An operator whose extra memory was measured on a device, in place of what its own formula says. */
final class MeasuredOperator implements Operator {
    private final Operator operator;
    private final double forward;
    private final double backward;

    /**
     * An operator with measured extra memory.
     *
     * @param forward times the bytes of its inputs and outputs together; {@code backward} likewise
     */
    MeasuredOperator(Operator operator, double forward, double backward) {
        this.operator = operator;
        this.forward = forward;
        this.backward = backward;
    }

    @Override
    public Work work(Attributes attributes, Shapes shapes) {
        long bytes = 0;
        for (List<TensorType> tensors : List.of(shapes.inputs(), shapes.outputs())) {
            for (TensorType type : tensors) {
                bytes = Math.addExact(bytes, shapes.bytes(type));
            }
        }
        Work work = operator.work(attributes, shapes);
        return Work.flops(work.forwardFlops(), work.backwardFlops())
                .workspace((long) Math.ceil(forward * bytes), (long) Math.ceil(backward * bytes));
    }

    @Override
    public String kind() {
        return operator.kind();
    }

    @Override
    public List<Port> ports() {
        return operator.ports();
    }

    @Override
    public Signature signature(Attributes attributes, int inputs) {
        return operator.signature(attributes, inputs);
    }

    @Override
    public List<Rule> furtherRules(Attributes attributes, int inputs) {
        return operator.furtherRules(attributes, inputs);
    }

    @Override
    public List<InnerReduction> reductions(Attributes attributes, String axis, Shapes shapes) {
        return operator.reductions(attributes, axis, shapes);
    }

    @Override
    public Element inputElement(int index) {
        return operator.inputElement(index);
    }

    @Override
    public OptionalLong ignoredId(Attributes attributes, int input) {
        return operator.ignoredId(attributes, input);
    }

    @Override
    public void check(Attributes attributes, Shapes shapes) {
        operator.check(attributes, shapes);
    }

    @Override
    public List<String> rateSizes() {
        return operator.rateSizes();
    }

    @Override
    public List<Long> rateSizes(Shapes shapes) {
        return operator.rateSizes(shapes);
    }

    @Override
    public Optional<MatrixProduct> product(Attributes attributes, Shapes shapes) {
        return operator.product(attributes, shapes);
    }

    @Override
    public List<MatrixProduct> innerProducts(Attributes attributes, Shapes shapes) {
        return operator.innerProducts(attributes, shapes);
    }

    @Override
    public List<Table> tables(Attributes attributes, Shapes shapes) {
        return operator.tables(attributes, shapes);
    }

    @Override
    public boolean lossIsMean() {
        return operator.lossIsMean();
    }

    @Override
    public boolean declaresParameters() {
        return operator.declaresParameters();
    }

    @Override
    public Optional<Term> pointwise(Attributes attributes, int inputs) {
        return operator.pointwise(attributes, inputs);
    }

    @Override
    public void forward(ForwardBuilder f) {
        operator.forward(f);
    }

    @Override
    public void evaluate(ForwardBuilder f) {
        operator.evaluate(f);
    }

    @Override
    public boolean recomputable() {
        return operator.recomputable();
    }

    @Override
    public void gradient(GradientBuilder g) {
        operator.gradient(g);
    }
}
