package dev.ashlar.processor;

import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.diagnostic.Diagnostic;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.graph.Autodiff;
import dev.ashlar.processor.graph.GraphBuilder;
import dev.ashlar.processor.graph.MicroBatches;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.op.Catalogue;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.processor.plan.Planner;
import dev.ashlar.processor.program.Program;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.spec.AnnotationSpec;
import dev.ashlar.processor.spec.InterfaceSpec;
import dev.ashlar.processor.spec.PlanSpec;
import dev.ashlar.processor.spec.TrainSpec;
import dev.ashlar.processor.spec.ValueSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Plans without a compiler. Methods are written as in an interface, without types: one a line, {@code port=edge} for {@code @In}.
 *
 * <pre>{@code
 * ModelSpecs.model("Mlp", "batch=8 in=4 hidden=16", """
 *         @Input(shape = "batch in") x()
 *         @Input(shape = "batch in") targets()
 *         @Use(Layer) body(x)
 *         @Loss @MeanSquaredError loss(x=body, targets)
 *         """)
 *     .block("Layer", "", "…")
 *     .memory("1GiB")
 *     .plan();
 * }</pre>
 */
public final class ModelSpecs {
    /** A place that is known by its words alone. */
    public record At(String where) implements Source {}

    private final InterfaceSpec model;
    private final Map<String, InterfaceSpec> blocks = new LinkedHashMap<>();
    private String device = "cpu";
    private String memory = "8GiB";
    private List<Long> mesh = List.of(1L);
    private List<String> links = List.of();
    private long microBatches;
    private String mode = "TRAIN";
    private String optimizer = "ADAMW";
    private String precision = "FP32";
    private List<String> trainable = List.of("**");
    private boolean clipping;
    private final List<AnnotationSpec> pins = new ArrayList<>();

    private ModelSpecs(InterfaceSpec model) {
        this.model = model;
    }

    /** A model with its sizes and methods. */
    public static ModelSpecs model(String name, String dims, String methods) {
        return new ModelSpecs(MethodText.read(name, dims, methods));
    }

    /** Adds a block that {@code @Use(name)} refers to. */
    public ModelSpecs block(String name, String dims, String methods) {
        blocks.put(name, MethodText.read(name, dims, methods));
        return this;
    }

    public ModelSpecs device(String name) {
        device = name;
        return this;
    }

    public ModelSpecs memory(String text) {
        memory = text;
        return this;
    }

    public ModelSpecs mesh(Long... sizes) {
        mesh = List.of(sizes);
        return this;
    }

    public ModelSpecs links(String... names) {
        links = List.of(names);
        return this;
    }

    public ModelSpecs microBatches(long count) {
        microBatches = count;
        return this;
    }

    /** Adds {@code @Pin(at, strategy, saved)}; its place is {@code "Plan.pins"}, an empty strategy is left out. */
    public ModelSpecs pin(String at, String strategy, String saved) {
        At place = new At("Plan.pins");
        pins.add(new AnnotationSpec(
                "Pin",
                Map.of(
                        "at", new ValueSpec(at, true, place),
                        "strategy", new ValueSpec(strategy, !strategy.isEmpty(), place),
                        "saved", new ValueSpec(saved, true, place)),
                place));
        return this;
    }

    /** Evaluation in place of training. */
    public ModelSpecs evaluates() {
        mode = "EVALUATE";
        return this;
    }

    public ModelSpecs optimizer(String name) {
        optimizer = name;
        return this;
    }

    public ModelSpecs precision(String name) {
        precision = name;
        return this;
    }

    /** With a norm of gradients that may be clipped. */
    public ModelSpecs clipping() {
        clipping = true;
        return this;
    }

    /** Patterns of what is trained; the rest is frozen. */
    public ModelSpecs trainable(String... patterns) {
        trainable = Arrays.asList(patterns);
        return this;
    }

    /** The plan as it would be read; every value's place is {@code "Plan.element"}. */
    public PlanSpec spec() {
        TrainSpec train = new TrainSpec(
                optimizer,
                precision,
                trainable.stream().map(p -> value("trainable", p)).toList(),
                List.of(),
                clipping);
        return new PlanSpec(
                "test",
                model.simpleName() + "Plan",
                "test." + model.simpleName() + "Plan",
                model,
                blocks,
                value("device", device),
                value("mesh", mesh.stream().map(m -> value("mesh", m)).toList()),
                value("links", links.stream().map(l -> value("links", l)).toList()),
                value("memory", memory),
                mode,
                value("microBatches", microBatches),
                pins,
                train,
                new At("Plan"));
    }

    private static ValueSpec value(String element, Object value) {
        return new ValueSpec(value, true, new At("Plan." + element));
    }

    /** The graph with its gradients; that of one micro-batch if a number of them is set. */
    public TrainingGraph graph() {
        Diagnostics diagnostics = new Diagnostics();
        GraphBuilder builder = new GraphBuilder(Catalogue.standard(), diagnostics);
        TrainingGraph graph = builder.build(spec())
                .flatMap(g -> MicroBatches.of(g, builder::build))
                .map(g -> Autodiff.derive(g, diagnostics))
                .orElseThrow(() -> new AssertionError(text(diagnostics)));
        if (diagnostics.hasErrors()) {
            throw new AssertionError(text(diagnostics));
        }
        return graph;
    }

    /** The program. */
    public Program program() {
        return ProgramBuilder.build(graph());
    }

    /** The plan; fails with the findings if there is none. */
    public Plan plan() {
        Diagnostics diagnostics = new Diagnostics();
        return new Planner(DeviceCatalogue.standard(), diagnostics)
                .plan(graph())
                .orElseThrow(() -> new AssertionError(text(diagnostics)));
    }

    /** What is wrong with the plan, each as {@code "place: [code] message"}; fails if nothing is. */
    public List<String> problems() {
        Diagnostics diagnostics = new Diagnostics();
        if (new Planner(DeviceCatalogue.standard(), diagnostics).plan(graph()).isPresent()) {
            throw new AssertionError("nothing is wrong with the plan");
        }
        List<String> problems = new ArrayList<>();
        diagnostics.all().forEach(d -> problems.add(d.source().where() + ": " + d.text()));
        return problems;
    }

    private static String text(Diagnostics diagnostics) {
        return diagnostics.all().stream().map(Diagnostic::text).collect(Collectors.joining("\n"));
    }
}
