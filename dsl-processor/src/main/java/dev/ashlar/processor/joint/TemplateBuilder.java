package dev.ashlar.processor.joint;

import dev.ashlar.processor.local.Boundary;
import dev.ashlar.processor.solve.BlockBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The nodes of one block of the problem and what they share with its neighbours. */
final class TemplateBuilder {
    private final Piece piece;
    private final Lifetimes lifetimes;
    private final Choices choices;
    private final Junction before;
    private final Junction after;
    private final Map<Crossing, Wanted> crossings;
    private final Set<Crossing> keptAcross;
    private final BlockBuilder block;
    private final TableWriter writer;
    private final Map<Storage, Variable> keptBefore = new HashMap<>();
    /** Variables of the piece before that are the next one's too. */
    private final Set<Variable> passedOn = new HashSet<>();

    private final Map<Storage, StorageTables.Twin> twins = new HashMap<>();

    /**
     * @param before what it shares with the piece before
     * @param after what it shares with the piece behind
     * @param crossings how tensors pass
     * @param keptAcross where it is a choice whether a piece keeps what passes
     */
    TemplateBuilder(
            Piece piece,
            Lifetimes lifetimes,
            Choices choices,
            Junction before,
            Junction after,
            Map<Crossing, Wanted> crossings,
            Set<Crossing> keptAcross,
            BlockBuilder block,
            TableWriter writer) {
        this.piece = piece;
        this.lifetimes = lifetimes;
        this.choices = choices;
        this.before = before;
        this.after = after;
        this.crossings = crossings;
        this.keptAcross = keptAcross;
        this.block = block;
        this.writer = writer;
    }

    /** For what comes in, whether a piece before keeps it, where that is a choice. Filled by {@link #entries}. */
    Map<Storage, Variable> keptBefore() {
        return Collections.unmodifiableMap(keptBefore);
    }

    /** Storages that may be those of something else. Filled by {@link #entries} and {@link #exits}. */
    Map<Storage, StorageTables.Twin> twins() {
        return Collections.unmodifiableMap(twins);
    }

    private Wanted wanted(Crossing crossing) {
        return Objects.requireNonNull(crossings.get(crossing), crossing::toString);
    }

    private boolean isOpen(Crossing crossing) {
        return !crossing.asMade() || wanted(crossing).variable().labels() > 1;
    }

    /** How tensors lie that come in, and copies that go out. */
    void choose(Map<Copy, Crossing> leaving) {
        leaving.forEach((copy, crossing) -> choices.add(copy, wanted(crossing)));
        for (Port port : piece.given()) {
            Wanted how = wanted(port.crossing());
            choices.add(
                    port.tensor(),
                    new Made(
                            how.variable(),
                            how.boundaries().stream().map(Boundary::layout).toList(),
                            Optional.of(how.boundaries().stream()
                                    .map(Boundary::gradient)
                                    .toList())));
        }
    }

    private Port given(Crossing crossing) {
        return Junction.port(piece.given(), crossing);
    }

    private Port handed(Crossing crossing) {
        return Junction.port(piece.handed(), crossing);
    }

    void entries() {
        for (Crossing crossing : before.crossings()) {
            if (isOpen(crossing)) {
                writer.entry(wanted(crossing).variable());
            }
            if (keptAcross.contains(crossing)) {
                Variable kept = new Variable("kept " + crossing, 2);
                writer.entry(kept);
                keptBefore.put(lifetimes.given(given(crossing)), kept);
            }
        }
        before.carried().forEach(c -> writer.entry(wanted(c).variable()));
        for (Junction.Pair pair : before.forward()) {
            Variable same = new Variable(pair + " are one", 2);
            writer.entry(same);
            twins.put(lifetimes.given(given(pair.entering())), new StorageTables.Twin(same, false));
        }
        for (Junction.Pair pair : before.backward()) {
            writer.entry(gradientsAreOne(pair));
        }
    }

    private final Map<Junction.Pair, Variable> given = new HashMap<>();
    private final Map<Junction.Pair, Variable> handed = new HashMap<>();

    private Variable gradientsAreOne(Junction.Pair pair) {
        return given.computeIfAbsent(pair, p -> new Variable("gradients of " + p + " are one", 2));
    }

    private Variable areOne(Junction.Pair pair) {
        return handed.computeIfAbsent(pair, p -> new Variable(p + " are one behind", 2));
    }

    /** What has to be decided about before what is handed on is known. */
    void conditions(PieceTables tables) {
        for (Crossing crossing : after.crossings()) {
            if (keptAcross.contains(crossing)) {
                tables.ask(keeping(crossing));
            }
        }
        for (Junction.Pair pair : after.forward()) {
            tables.askShared(lifetimes.shared(handed(pair.entering()), handed(pair.passing())));
        }
        for (Junction.Pair pair : before.backward()) {
            tables.askShared(lifetimes.sharedGradient(given(pair.entering()), given(pair.passing())));
        }
    }

    /** What a piece may keep of what it hands on. */
    private Collection<StorageTables.Keeping> keeping(Crossing crossing) {
        List<StorageTables.Keeping> keeping = new ArrayList<>();
        for (Places.Handed of : lifetimes.handed(handed(crossing))) {
            if (lifetimes.mayKeep(of.storage()) || keptBefore.containsKey(of.storage())) {
                keeping.add(new StorageTables.Keeping(of.storage(), of.when(), Optional.empty()));
            }
        }
        for (Junction.Pair pair : before.forward()) {
            Storage entering = lifetimes.given(given(pair.entering()));
            if (pair.passing() == crossing && lifetimes.mayKeep(entering)) {
                StorageTables.Twin twin = Objects.requireNonNull(twins.get(entering));
                keeping.add(new StorageTables.Keeping(entering, List.of(), Optional.of(twin.same())));
            }
        }
        return keeping;
    }

    void exits(PieceTables tables) {
        for (Crossing crossing : after.crossings()) {
            if (isOpen(crossing)) {
                block.exit(writer.nodeOf(passing(crossing, tables)));
            }
            if (keptAcross.contains(crossing)) {
                kept(crossing, tables);
            }
        }
        after.carried().forEach(c -> block.exit(writer.nodeOf(wanted(c).variable())));
        for (Junction.Pair pair : after.forward()) {
            Variable same = areOne(pair);
            writer.node(same);
            block.exit(writer.nodeOf(same));
            tables.same(same, lifetimes.shared(handed(pair.entering()), handed(pair.passing())));
        }
        for (Junction.Pair pair : after.backward()) {
            Variable same = areOne(pair);
            writer.node(same);
            block.exit(writer.nodeOf(same));
            twins.put(lifetimes.handedGradient(handed(pair.entering())), new StorageTables.Twin(same, true));
        }
        for (Junction.Pair pair : before.backward()) {
            tables.same(gradientsAreOne(pair), lifetimes.sharedGradient(given(pair.entering()), given(pair.passing())));
        }
    }

    private Variable passing(Crossing crossing, PieceTables tables) {
        Variable variable = wanted(crossing).variable();
        if (!writer.has(variable)) {
            writer.node(variable);
            if (crossing.asMade()) {
                tables.asMade(choices.made(handed(crossing).tensor()), wanted(crossing));
            }
        }
        return variable;
    }

    /** Of several crossings with one storage, as one device has them, each has a variable of its own. */
    private void kept(Crossing crossing, PieceTables tables) {
        Collection<StorageTables.Keeping> keeping = keeping(crossing);
        Optional<Variable> same = same(keeping).filter(passedOn::add);
        Variable kept = same.orElseGet(() -> new Variable("keeps " + crossing, 2));
        if (same.isEmpty()) {
            writer.node(kept);
            tables.kept(kept, keeping);
        }
        block.exit(writer.nodeOf(kept));
    }

    /** Where a tensor passes that is not kept here, it is kept behind if it was before. */
    private Optional<Variable> same(Collection<StorageTables.Keeping> keeping) {
        if (keeping.size() != 1) {
            return Optional.empty();
        }
        StorageTables.Keeping only = keeping.iterator().next();
        return only.when().isEmpty() && only.same().isEmpty() && !lifetimes.mayKeep(only.storage())
                ? Optional.ofNullable(keptBefore.get(only.storage()))
                : Optional.empty();
    }

    /** Adds nodes in order, each condition behind the last of what decides about it: searches go along the numbers of nodes. */
    void nodes(Map<Variable, Set<Variable>> conditions) {
        Map<Variable, Set<Variable>> left = new LinkedHashMap<>(conditions);
        addReady(left);
        for (Variable variable : new LinkedHashSet<>(choices.own())) {
            writer.node(variable);
            addReady(left);
        }
        left.keySet().forEach(writer::node);
    }

    private void addReady(Map<Variable, Set<Variable>> left) {
        List<Variable> ready;
        do {
            ready = left.entrySet().stream()
                    .filter(e -> e.getValue().stream().allMatch(v -> v.labels() == 1 || writer.has(v)))
                    .map(Map.Entry::getKey)
                    .toList();
            ready.forEach(writer::node);
            ready.forEach(left::remove);
        } while (!ready.isEmpty());
    }
}
