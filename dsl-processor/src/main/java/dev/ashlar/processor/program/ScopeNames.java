package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Java names of one scope: its classes, methods, fields and variables. */
public final class ScopeNames {
    private static final Set<String> RESERVED = Set.of(
            "p",
            "s",
            "i",
            "from",
            "ops",
            "batchWeight",
            "inputs",
            "made",
            "path",
            "store",
            "mesh",
            "collectives",
            "reductions");

    private final Scope scope;
    private final String typeName;
    private final Set<String> taken = new HashSet<>(RESERVED);
    private final Map<String, String> values = new HashMap<>();
    private final Map<ScopeParameter, String> parameters = new LinkedHashMap<>();
    private final Map<Block, String> blocks = new LinkedHashMap<>();
    private final Map<String, Slot> fields = new LinkedHashMap<>();
    private final Set<UseNode> segmented = new HashSet<>();
    private final Map<String, Integer> routines = new HashMap<>();

    private record Block(UseNode use, Scope scope) {}

    ScopeNames(Scope scope, String typeName) {
        this.scope = scope;
        this.typeName = typeName;
        Set<String> members = new HashSet<>(Set.of("key"));
        scope.parameters().forEach(p -> parameters.put(p, unique(members, java(p.name()))));
        scope.nodes().stream()
                .filter(UseNode.class::isInstance)
                .map(UseNode.class::cast)
                .forEach(u -> {
                    u.scopes().forEach(s -> blocks.put(new Block(u, s), unique(members, java(u.name()))));
                    taken.add(u.name() + "Made");
                    taken.add(u.name() + "Again");
                    taken.add(java(u.name()) + "Segments");
                    u.scope().inputs().forEach(i -> taken.add(java("d." + u.name() + "." + i.name())));
                    u.scope().outputs().forEach(o -> taken.add(java(u.name() + "." + o.name() + ".parts")));
                });
        scope.inputs().forEach(i -> of(i.value()));
        // Tensors of the model get their plain names before anything that is derived from them.
        scope.nodes().stream().flatMap(n -> n.outputs().stream()).forEach(this::of);
    }

    /** The scope. */
    public Scope scope() {
        return scope;
    }

    /** Name that its classes begin with: {@code "DecoderBlock"}. */
    public String typeName() {
        return typeName;
    }

    /** Class of its parameters. */
    public String parametersType() {
        return typeName + "Parameters";
    }

    /** Class of its saved tensors. */
    public String savedType() {
        return typeName + "Saved";
    }

    /** Field of a parameter in the class of parameters. */
    public String parameter(ScopeParameter parameter) {
        return Objects.requireNonNull(parameters.get(parameter));
    }

    /** All parameters with their fields. */
    public Map<ScopeParameter, String> parameters() {
        return parameters;
    }

    /** Field, in the class of parameters, of those repetitions of a block that have this scope. */
    public String block(UseNode use, Scope inner) {
        return Objects.requireNonNull(blocks.get(new Block(use, inner)));
    }

    /** Field of their saved tensors in the class of saved tensors. */
    public String blockSaved(UseNode use, Scope inner) {
        return block(use, inner) + "Saved";
    }

    /** Field of what is given to the first repetitions of a block's segments, in the class of saved tensors. */
    public String blockSegments(UseNode use) {
        return java(use.name()) + "Segments";
    }

    /** Whether some repetitions of a block are segments. */
    public boolean isSegmented(UseNode use) {
        return segmented.contains(use);
    }

    void segment(UseNode use) {
        segmented.add(use);
    }

    /** Fields of the class of saved tensors, in order of their making, whichever routine makes them. */
    public Map<String, Slot> fields() {
        return fields;
    }

    void field(Slot slot) {
        fields.putIfAbsent(slot.name(), slot);
    }

    /** Java name of a tensor of forward: the same in every routine. */
    String of(Value value) {
        return values.computeIfAbsent(value.name(), name -> unique(taken, java(name)));
    }

    /** A name that no tensor of forward has, for use in one routine. */
    String local(String name, Set<String> takenInRoutine) {
        String wanted = java(name);
        String free = wanted;
        for (int i = 2; taken.contains(free) || !takenInRoutine.add(free); i++) {
            free = wanted + i;
        }
        return free;
    }

    /** Name of a routine; later variants are numbered. */
    String routine(String purpose) {
        String base = typeName.substring(0, 1).toLowerCase(Locale.ROOT) + typeName.substring(1) + purpose;
        int number = routines.merge(base, 1, Integer::sum);
        return number == 1 ? base : base + number;
    }

    /** Whether the scope or a block in it draws dropout masks, so that each repetition needs a key. */
    public static boolean random(Variant variant) {
        for (Step step : variant.forward()) {
            if (step instanceof Step.Kernel kernel
                    && kernel.arguments().stream().anyMatch(Step.DropoutKey.class::isInstance)) {
                return true;
            }
            if (step instanceof Step.BlockForward block && block.runs().stream().anyMatch(r -> random(r.variant()))) {
                return true;
            }
        }
        return false;
    }

    private static String unique(Set<String> taken, String wanted) {
        String name = wanted;
        for (int i = 2; !taken.add(name); i++) {
            name = wanted + i;
        }
        return name;
    }

    /** {@code "attn.q"} becomes {@code "attnQ"}, {@code "d.act"} becomes {@code "dAct"}, {@code "bn.running_mean"} {@code "bnRunningMean"}. */
    static String java(String name) {
        StringBuilder java = new StringBuilder();
        boolean upper = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.' || (c == '_' && i > 0)) {
                upper = true;
            } else {
                java.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return java.toString();
    }
}
