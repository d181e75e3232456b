package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.op.Work;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Executes routines with memory in place of tensors, statement by statement, as the written class would. */
final class Execution {
    private final MemoryLedger ledger;
    private final StepSettings settings;
    private final BlockLoops loops = new BlockLoops(this);
    private final Updates updates;
    private final Map<OperatorNode, Work> work = new java.util.IdentityHashMap<>();
    private String phase = "";

    Execution(MemoryLedger ledger, StepSettings settings) {
        this.ledger = ledger;
        this.settings = settings;
        updates = new Updates(ledger, settings);
    }

    void phase(String name) {
        phase = name;
        updates.phase(name);
    }

    void enter(Frame frame, String at) {
        ledger.enter(phase, frame.path() + at);
    }

    MemoryLedger ledger() {
        return ledger;
    }

    StepSettings settings() {
        return settings;
    }

    /** The gradients of parameters, and what becomes of them. */
    Updates updates() {
        return updates;
    }

    /**
     * Runs one routine.
     *
     * @param given a handle for every argument that it has
     * @return a handle for every result that it has
     * @throws IllegalStateException if the routine frees twice, reads what is gone, or leaves something behind
     */
    List<Optional<Storage>> run(Routine routine, Frame frame, List<Optional<Storage>> given) {
        Call call = new Call(routine, frame, new HashMap<>());
        for (int i = 0; i < given.size(); i++) {
            Optional<Slot> slot = routine.arguments().get(i);
            if (slot.isPresent() != given.get(i).isPresent()) {
                throw new IllegalStateException(routine.name() + " is not given what it takes as argument " + i);
            }
            if (slot.isPresent()) {
                call.put(slot.get(), given.get(i).orElseThrow());
            }
        }
        routine.parts().forEach(part -> part.forEach(call::execute));
        List<Optional<Storage>> results = new ArrayList<>();
        routine.results().forEach(r -> results.add(r.map(call::give)));
        call.requireEmpty();
        return results;
    }

    private Work work(OperatorNode node) {
        return work.computeIfAbsent(node, n -> n.operator().work(n.attributes(), n.shapes(settings.computeBytes())));
    }

    /** A call of a routine. */
    private final class Call {
        private final Routine routine;
        private final Frame frame;
        private final Map<String, Storage> locals;

        Call(Routine routine, Frame frame, Map<String, Storage> locals) {
            this.routine = routine;
            this.frame = frame;
            this.locals = locals;
        }

        private Map<String, Storage> home(Slot slot) {
            return slot.field() ? frame.fields() : locals;
        }

        void put(Slot slot, Storage storage) {
            if (home(slot).put(slot.name(), storage) != null) {
                throw new IllegalStateException(routine.name() + " overwrites " + slot.name());
            }
        }

        private Storage get(Slot slot) {
            Storage storage = home(slot).get(slot.name());
            if (storage == null) {
                throw new IllegalStateException(routine.name() + " reads " + slot.name() + ", which holds nothing");
            }
            return storage;
        }

        private Storage take(Slot slot) {
            Storage storage = get(slot);
            home(slot).remove(slot.name());
            return storage;
        }

        Storage give(Operand.Tensor operand) {
            return operand.access() == Operand.Access.MOVE
                    ? take(operand.slot())
                    : get(operand.slot()).share();
        }

        private void make(Slot slot, String operator, String where) {
            Storage.Maker maker = frame.maker(operator, slot.name(), where);
            put(slot, ledger.allocate(settings.bytes(slot.type()), maker));
        }

        void execute(Statement statement) {
            if (statement instanceof Statement.Call kernel) {
                call(kernel);
            } else if (statement instanceof Statement.Collective collective) {
                transfer(collective);
            } else if (statement instanceof Statement.Begin begin) {
                enter(frame, begin.at());
                make(begin.result(), begin.at(), begin.where());
                ledger.workspace(begin.transfer().workspaceBytes());
            } else if (statement instanceof Statement.End end) {
                get(end.result());
            } else if (statement instanceof Statement.Bucket bucket) {
                enter(frame, bucket.at());
                make(bucket.result(), bucket.at(), routine.scope().typeName() + "." + bucket.at());
            } else if (statement instanceof Statement.Fill fill) {
                enter(frame, fill.at());
                get(fill.bucket());
                get(fill.gradient());
            } else if (statement instanceof Statement.Start start) {
                start(start);
            } else if (statement instanceof Statement.Await await) {
                updates.await(await.running());
            } else if (statement instanceof Statement.Finish finish) {
                updates.finish(frame.path() + finish.at());
            } else if (statement instanceof Statement.AddInPlace add) {
                get(add.target());
                ledger.release(take(add.addend()));
            } else if (statement instanceof Statement.Add add) {
                get(add.left());
                get(add.right());
                makeAside(add.result());
            } else if (statement instanceof Statement.Seed seed) {
                makeAside(seed.result());
            } else if (statement instanceof Statement.ParameterGradient gradient) {
                addGradient(gradient);
            } else if (statement instanceof Statement.Update update) {
                ScopeParameter parameter = parameter(update.field());
                updates.one(frame, frame.parameter(parameter.name()), parameter);
            } else if (statement instanceof Statement.Keep keep) {
                put(keep.field(), take(keep.argument()));
            } else if (statement instanceof Statement.Free free) {
                free.slots().forEach(s -> ledger.release(take(s)));
            } else if (statement instanceof Statement.BlockForward block) {
                List<Storage> given = block.arguments().stream().map(this::give).toList();
                store(block.results(), loops.forward(block, frame, given));
            } else if (statement instanceof Statement.BlockBackward block) {
                List<Optional<Storage>> given =
                        block.arguments().stream().map(a -> a.map(this::give)).toList();
                store(block.results(), loops.backward(block, frame, given));
            }
        }

        private void makeAside(Slot slot) {
            enter(frame, slot.name());
            make(slot, slot.name(), routine.scope().typeName() + "." + slot.name());
        }

        /** What is viewed again takes no memory and is no time of its own. */
        private void call(Statement.Call kernel) {
            OperatorNode node = kernel.node();
            boolean onlyViews = kernel.view().stream().allMatch(Optional::isPresent);
            if (!kernel.recomputed() || !onlyViews) {
                enter(frame, node.name());
            }
            for (Operand operand : kernel.operands()) {
                if (operand instanceof Operand.Tensor tensor) {
                    get(tensor.slot());
                } else if (operand instanceof Operand.Added added) {
                    get(added.slot());
                }
            }
            boolean works = false;
            for (int i = 0; i < kernel.results().size(); i++) {
                Optional<Slot> result = kernel.results().get(i);
                Optional<Slot> base = kernel.view().get(i);
                if (result.isPresent() && base.isPresent()) {
                    put(result.get(), get(base.get()).share());
                } else if (result.isPresent()) {
                    make(result.get(), node.name(), node.source().where());
                    works = true;
                }
            }
            if (works) {
                boolean back = routine.direction() == Routine.Direction.BACKWARD && !kernel.recomputed();
                boolean ofInput = kernel.results().get(0).isPresent();
                ledger.workspace(
                        back
                                ? work(node).backwardWorkspaceBytes(ofInput)
                                : work(node).forwardWorkspaceBytes());
            }
        }

        private void transfer(Statement.Collective collective) {
            enter(frame, collective.at());
            Optional<Slot> source = collective.source() instanceof Operand.Tensor tensor
                    ? Optional.of(tensor.slot())
                    : Optional.empty();
            if (collective.takesOver()) {
                put(collective.result(), take(source.orElseThrow()));
            } else {
                source.ifPresent(this::get);
                make(collective.result(), collective.at(), collective.where());
            }
            ledger.workspace(collective.transfer().workspaceBytes());
        }

        /** A bucket that is full goes on where it is; what is scattered goes to memory of its own. */
        private void start(Statement.Start start) {
            if (start.fields().size() == 1) {
                enter(frame, start.at());
            }
            Storage source = get(start.source());
            if (start.takesOver()) {
                take(start.source());
            } else {
                source = ledger.allocate(
                        source.bytes(), frame.maker(start.at(), start.source().name(), start.where()));
            }
            List<String> reduced = start.fields().stream()
                    .map(f -> frame.parameter(parameter(f).name()))
                    .toList();
            Storage sum = source;
            if (start.scatters()) {
                ScopeParameter parameter = parameter(start.fields().get(0));
                sum = ledger.allocate(
                        settings.bytes(parameter.updated()),
                        frame.maker(start.at(), start.source().name(), start.where()));
            }
            updates.start(frame.path() + start.at(), source, sum, reduced);
            start.transfers().forEach(t -> ledger.workspace(t.workspaceBytes()));
        }

        private void addGradient(Statement.ParameterGradient statement) {
            Storage gradient = give(statement.gradient());
            updates.add(frame.parameter(parameter(statement.field()).name()), gradient);
        }

        private ScopeParameter parameter(String field) {
            return routine.scope().parameters().entrySet().stream()
                    .filter(e -> e.getValue().equals(field))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow();
        }

        private void store(List<Optional<Slot>> slots, List<Optional<Storage>> storages) {
            for (int i = 0; i < slots.size(); i++) {
                if (slots.get(i).isPresent()) {
                    put(slots.get(i).get(), storages.get(i).orElseThrow());
                }
            }
        }

        /** Forward leaves in fields what it declares as saved; nothing else stays. */
        void requireEmpty() {
            if (!locals.isEmpty()) {
                throw new IllegalStateException(routine.name() + " leaves " + locals.keySet() + " behind");
            }
            List<String> saved = routine.saved().stream().map(Slot::name).toList();
            if (!frame.fields().keySet().equals(java.util.Set.copyOf(saved))) {
                throw new IllegalStateException(
                        routine.name() + " leaves the fields " + frame.fields().keySet() + " but declares " + saved);
            }
        }
    }
}
