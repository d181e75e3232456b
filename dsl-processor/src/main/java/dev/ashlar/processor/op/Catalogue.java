package dev.ashlar.processor.op;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The registry: which annotation is which operator. */
public final class Catalogue {
    private final Map<String, Operator> operators;
    private final Map<String, Sugar> sugars;

    private Catalogue(Map<String, Operator> operators, Map<String, Sugar> sugars) {
        this.operators = operators;
        this.sugars = sugars;
    }

    /** All operators there are. */
    public static Catalogue standard() {
        Map<String, Operator> operators = new TreeMap<>();
        operators.put("Linear", new LinearOperator());
        operators.put("Embedding", new EmbeddingOperator());
        operators.put("PositionEmbedding", new PositionEmbeddingOperator());
        operators.put("LayerNorm", new LayerNormOperator(Element.COMPUTE));
        operators.put("RmsNorm", new RmsNormOperator());
        operators.put("Rearrange", new RearrangeOperator());
        operators.put("Rope", new RopeOperator());
        operators.put("DotProductAttention", new DotProductAttentionOperator());
        operators.put("Gelu", new GeluOperator());
        operators.put("Relu", new ReluOperator());
        operators.put("Silu", new SiluOperator());
        operators.put("Tanh", new TanhOperator());
        operators.put("Sigmoid", new SigmoidOperator());
        operators.put("Softmax", new SoftmaxOperator());
        operators.put("Dropout", new DropoutOperator());
        operators.put("Scale", new ScaleOperator());
        operators.put("Add", new AddOperator());
        operators.put("Multiply", new MultiplyOperator());
        operators.put("Conv2d", new Conv2dOperator());
        operators.put("BatchNorm2d", new BatchNorm2dOperator());
        operators.put("MaxPool2d", new MaxPool2dOperator());
        operators.put("GlobalAvgPool2d", new GlobalAvgPool2dOperator());
        operators.put("Flatten", new FlattenOperator());
        operators.put("CrossEntropy", new CrossEntropyOperator());
        operators.put("MeanSquaredError", new MeanSquaredErrorOperator());
        Map<String, Sugar> sugars = new TreeMap<>();
        sugars.put("Attention", new AttentionSugar());
        return new Catalogue(operators, sugars);
    }

    /** The same operators as the kernels of CUDA compute them. */
    public Catalogue onCuda() {
        Map<String, Operator> changed = new TreeMap<>(operators);
        changed.put("LayerNorm", new LayerNormOperator(Element.FLOAT32));
        return new Catalogue(changed, sugars);
    }

    /** The operator of an annotation. */
    public Optional<Operator> operator(String annotation) {
        return Optional.ofNullable(operators.get(annotation));
    }

    /** The sugar of an annotation. */
    public Optional<Sugar> sugar(String annotation) {
        return Optional.ofNullable(sugars.get(annotation));
    }

    /**
     * The same operators, with the extra memory of one kind as it was measured.
     *
     * @param forward times the bytes of its inputs and outputs together; {@code backward} likewise
     * @throws IllegalArgumentException if there is no such kind
     */
    public Catalogue measured(String kind, double forward, double backward) {
        if (!kinds().contains(kind)) {
            throw new IllegalArgumentException("there is no operator " + kind);
        }
        Map<String, Operator> changed = new TreeMap<>(operators);
        changed.replaceAll((annotation, operator) ->
                operator.kind().equals(kind) ? new MeasuredOperator(operator, forward, backward) : operator);
        return new Catalogue(changed, sugars);
    }

    /** Kinds of all operators, and of several that became one, sorted. */
    public SortedSet<String> kinds() {
        SortedSet<String> kinds =
                operators.values().stream().map(Operator::kind).collect(Collectors.toCollection(TreeSet::new));
        kinds.add(PointwiseOperator.KIND);
        return kinds;
    }

    /** The names of the sizes that the rate of each kind depends on, by kind. */
    public SortedMap<String, List<String>> rateSizes() {
        SortedMap<String, List<String>> sizes = new TreeMap<>(Map.of(PointwiseOperator.KIND, List.of()));
        operators.values().forEach(operator -> sizes.put(operator.kind(), operator.rateSizes()));
        return sizes;
    }

    /** All annotations, sorted. */
    public SortedSet<String> annotations() {
        SortedSet<String> all = new TreeSet<>(operators.keySet());
        all.addAll(sugars.keySet());
        return all;
    }
}
