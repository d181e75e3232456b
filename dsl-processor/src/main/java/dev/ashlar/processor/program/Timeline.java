package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.op.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The memory of a program over time: every statement of one step and of an evaluation is executed with sizes in place of tensors. */
public final class Timeline {
    private final Program program;
    private final TrainingGraph graph;
    private final StepSettings settings;
    private final List<ModelParameter> parameters;
    private final MemoryLedger ledger = new MemoryLedger();
    private final Execution execution;
    private final List<SavedTensor> saved = new ArrayList<>();

    private Timeline(Program program, List<ModelParameter> parameters) {
        this.program = program;
        this.parameters = parameters;
        graph = program.graph();
        settings = StepSettings.of(graph);
        execution = new Execution(ledger, settings);
    }

    /**
     * The profile of a program.
     *
     * @throws IllegalStateException if the program frees a tensor twice, reads one that is gone or leaves one behind
     */
    public static MemoryProfile of(Program program) {
        return of(program, ModelParameters.of(program.graph()));
    }

    /**
     * The profile of a program whose parameters are known.
     *
     * @param parameters of its graph
     * @throws IllegalStateException as {@link #of(Program)} does
     */
    public static MemoryProfile of(Program program, List<ModelParameter> parameters) {
        return new Timeline(program, parameters).profile();
    }

    private MemoryProfile profile() {
        long parameterBytes =
                parameters.stream().mapToLong(ModelParameter::bytes).sum();
        long optimizerBytes =
                parameters.stream().mapToLong(ModelParameter::optimizerBytes).sum();
        ledger.fixed(
                "parameters",
                parameters.stream().filter(p -> p.tiedTo().isEmpty()).count(),
                parameterBytes);
        ledger.fixed("optimizer state", 1, optimizerBytes);
        KernelTables tables = KernelTables.of(graph.graph().root(), settings.computeBytes());
        ledger.fixed("tables of kernels", tables.count(), tables.bytes());
        long always = ledger.live();
        program.forward().ifPresent(forward -> train(forward, program.backward().orElseThrow()));
        requireClean(always, "a step");
        program.losses().ifPresent(routine -> evaluate("losses", routine));
        program.outputs().ifPresent(routine -> evaluate("outputs", routine));
        requireClean(always, "an evaluation");
        return new MemoryProfile(
                Math.max(ledger.peak(), always),
                ledger.peakAt(),
                parameterBytes,
                execution.updates().mostBytes(),
                optimizerBytes,
                ledger.points(),
                ledger.atPeak(),
                saved);
    }

    private void requireClean(long always, String what) {
        if (ledger.live() != always) {
            throw new IllegalStateException(what + " leaves " + (ledger.live() - always) + " bytes behind");
        }
    }

    /** Of several micro-batches the first has the gradients of none; each other has those of all before it, which is the most. */
    private void train(Routine forward, Routine backward) {
        if (graph.form().microBatches() > 1) {
            ledger.silent(true);
            pass(forward, backward);
            ledger.silent(false);
            saved.clear();
        }
        pass(forward, backward);
        execution.phase("update");
        execution.updates().all(parameters);
    }

    private void pass(Routine forward, Routine backward) {
        Frame root = Frame.root();
        execution.phase("forward");
        List<Optional<Storage>> losses = execution.run(forward, root, inputs("forward"));
        collectSaved(losses);
        execution.phase("backward");
        execution.run(backward, root, List.of());
        losses.forEach(l -> l.ifPresent(ledger::release));
    }

    /** Uploads the batch, one tensor after the other; reals are widened or narrowed on the device. */
    private List<Optional<Storage>> inputs(String phase) {
        List<Optional<Storage>> inputs = new ArrayList<>();
        for (ScopeInput input : graph.graph().root().inputs()) {
            ledger.enter(phase, input.name());
            Storage.Maker maker = new Storage.Maker(
                    "", "", input.name(), input.name(), input.source().where());
            inputs.add(Optional.of(ledger.allocate(settings.bytes(input.value().type()), maker)));
            boolean converted =
                    input.value().type().element() == Element.COMPUTE && settings.computeBytes() != Float.BYTES;
            ledger.workspace(converted ? input.value().type().elements() * Float.BYTES : 0);
        }
        return inputs;
    }

    private void collectSaved(List<Optional<Storage>> losses) {
        ledger.alive().stream()
                .filter(s -> losses.stream().noneMatch(l -> l.isPresent() && l.get() == s))
                .filter(s -> !s.maker().equals(Updates.GRADIENT))
                .map(s -> new SavedTensor(
                        s.maker().path() + s.maker().operator(), s.maker().tensor(), s.bytes()))
                .forEach(saved::add);
    }

    private void evaluate(String phase, Routine routine) {
        execution.phase(phase);
        execution.run(routine, Frame.root(), inputs(phase)).forEach(r -> r.ifPresent(ledger::release));
    }
}
