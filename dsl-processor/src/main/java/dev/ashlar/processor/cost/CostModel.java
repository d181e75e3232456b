package dev.ashlar.processor.cost;

import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.device.ProductTable;
import dev.ashlar.processor.device.Share;
import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.StoredParameter;
import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.Transfer;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.op.Argument;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.MatrixProduct;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.op.Work;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Move;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A roofline: an operator takes, in each direction, as long as the slowest of its arithmetic, its memory traffic and the calls of its
 * kernels. Views are free.
 *
 * <p>Where the device has measured times of matrix products, kernels that are one take those instead, and the roofline is left to the
 * operator's other kernels. Calls are counted as if the host never ran ahead, so that times of operators can be added up: a step is not
 * taken to be shorter than all its calls.
 */
public final class CostModel {
    /** Parts of one in which slowdowns are counted. */
    private static final long SLOWDOWN_UNITS = 1 << 18;

    /** Backward kernels that are one with a sum of what they make. */
    private static final Set<String> ADDING = Set.of("layerNormBackward", "linearInputGradient");

    private final Device device;
    private final NumberFormat format;

    /** Costs on a device, computing in a number format. */
    public CostModel(Device device, NumberFormat format) {
        this.device = device;
        this.format = format;
    }

    /** The costs of a model lowered for one purpose. Each variant of a block is priced once, however often it runs. */
    public ModelCost of(Variant variant) {
        return of(variant, true);
    }

    /**
     * The same.
     *
     * @param once whether forward runs once in a step, so that what was updated before may come beside it
     */
    public ModelCost of(Variant variant, boolean once) {
        return new Pricing(once).model(variant);
    }

    /** Time to read and write so many bytes. */
    public double transferSeconds(long bytes) {
        return bytes / device.bytesPerSecond();
    }

    /** Time of one call of the optimizer that reads and writes so many bytes. */
    public double updateSeconds(long bytes) {
        return bytes == 0 ? 0 : Math.max(partOfUpdateSeconds(bytes), device.launchSeconds());
    }

    /** What so many bytes take of the time of such a call. */
    public double partOfUpdateSeconds(long bytes) {
        return transferSeconds(bytes) / device.calibration().updateShare();
    }

    /** Time to add two gradients of so many elements. */
    public double sumSeconds(long elements) {
        return seconds(elements, 3 * elements * format.bytes(), 1);
    }

    /** Time to copy so many bytes. */
    private double copySeconds(long bytes) {
        return Math.max(transferSeconds(2 * bytes), device.launchSeconds());
    }

    /** What compute loses to a collective that takes so many ticks beside it, in ticks. */
    public long slowedTicks(Collective kind, long ticks) {
        long share = slowdownShare(kind);
        long rest = ticks % SLOWDOWN_UNITS * share / SLOWDOWN_UNITS;
        return Math.addExact(Math.multiplyExact(ticks / SLOWDOWN_UNITS, share), rest);
    }

    /** Whether anything is gained by a collective beside compute. */
    public boolean hides(Collective kind) {
        return slowdownShare(kind) < SLOWDOWN_UNITS;
    }

    private long slowdownShare(Collective kind) {
        return Math.round(device.calibration().kappa(kind) * SLOWDOWN_UNITS);
    }

    /**
     * Whether what was updated in parts comes to where it is used beside the next step's forward: where devices have streams of their own
     * for it, and it needs one gather to the place where it stays.
     *
     * @param hops from where it is updated to where it lies
     */
    public boolean comesLater(List<Hop> hops) {
        return !device.cpu() && hops.size() == 1 && hops.get(0).transfer().completes();
    }

    private double seconds(long flops, long bytes, int kernels) {
        return kernels == 0 ? 0 : Math.max(roofline(flops, bytes), callSeconds(kernels));
    }

    private double roofline(long flops, long bytes) {
        double arithmetic =
                flops / Objects.requireNonNull(device.flopsPerSecond().get(format));
        return Math.max(arithmetic, transferSeconds(bytes));
    }

    private double callSeconds(int kernels) {
        return kernels * Math.max(device.launchSeconds(), device.calibration().hostSeconds());
    }

    /** What the kernels of one operator add up to. */
    private static final class Traffic {
        private long bytes;
        private int kernels;
        private boolean ofInput;
        private final Set<Value> matrices = new LinkedHashSet<>();
        private long productFlops;
        private long productBytes;
        private double productSeconds;
    }

    private record Directions(DirectionCost forward, DirectionCost backward, DirectionCost recompute) {}

    private final class Pricing {
        private final Map<Variant, Map<OperatorNode, Directions>> priced = new IdentityHashMap<>();
        private final List<OperatorCost> operators = new ArrayList<>();
        private final List<CollectiveCost> collectives = new ArrayList<>();
        private final List<CollectiveCost> updates = new ArrayList<>();
        private final Set<String> updated = new HashSet<>();
        private final List<Overlap> overlaps = new ArrayList<>();
        private final boolean once;
        private double sumSeconds;

        Pricing(boolean once) {
            this.once = once;
        }

        ModelCost model(Variant variant) {
            expand(variant, "", "", false);
            return new ModelCost(operators, collectives, updates, sumSeconds, overlaps);
        }

        /**
         * @param owner what full names of the scope's parameters begin with
         * @param again whether all of its forward runs once more before its backward
         */
        private void expand(Variant variant, String path, String owner, boolean again) {
            Map<OperatorNode, Directions> costs = priced.computeIfAbsent(variant, CostModel.this::price);
            Set<OperatorNode> seen = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
            Set<Value> made = new HashSet<>();
            Set<ScopeParameter> trained = withGradients(variant);
            OverlappedParts there = new OverlappedParts(path);
            for (Step step : variant.forward()) {
                if (step instanceof Step.Kernel kernel && seen.add(kernel.node())) {
                    Directions cost = Objects.requireNonNull(costs.get(kernel.node()));
                    there.kernel(kernel, cost.forward());
                    completions(there, owner, kernel.node(), trained);
                    operators.add(new OperatorCost(
                            path + kernel.node().name(),
                            kernel.node(),
                            cost.forward(),
                            cost.backward(),
                            again ? cost.recompute().plus(cost.forward()) : cost.recompute()));
                } else if (step instanceof Step.Collective collective) {
                    made.add(collective.result());
                    collectives.add(
                            CollectiveCost.blocking(path + collective.at(), false, false, collective.transfer()));
                    if (again) {
                        collectives.add(
                                CollectiveCost.blocking(path + collective.at(), true, true, collective.transfer()));
                    }
                } else if (step instanceof Step.Begin begin) {
                    made.add(begin.result());
                    begin(there, path, begin, false, false);
                } else if (step instanceof Step.BlockForward block) {
                    there.end(overlaps);
                    expand(block, path, owner, again);
                }
            }
            there.end(overlaps);
            OverlappedParts parts = new OverlappedParts(path);
            Set<Value> adding = addingGradients(variant);
            for (Step step : variant.backward()) {
                if (step instanceof Step.Kernel kernel && !kernel.recomputed()) {
                    Directions cost = Objects.requireNonNull(costs.get(kernel.node()));
                    parts.kernel(kernel, cost.backward());
                } else if (step instanceof Step.Sum sum) {
                    sumSeconds += seconds(sum, adding);
                } else if (step instanceof Step.Fill fill) {
                    sumSeconds += copySeconds(bytes(fill.gradient().type()));
                } else if (step instanceof Step.Collective collective) {
                    boolean repeats = made.contains(collective.result());
                    collectives.add(
                            CollectiveCost.blocking(path + collective.at(), true, repeats, collective.transfer()));
                } else if (step instanceof Step.Begin begin) {
                    begin(parts, path, begin, true, made.contains(begin.result()));
                } else if (step instanceof Step.Start start) {
                    start(parts, path, start);
                    start.parameters().forEach(p -> update(owner, p));
                } else if (step instanceof Step.ParameterGradient gradient) {
                    update(owner, gradient.parameter());
                } else if (step instanceof Step.BlockBackward) {
                    parts.end(overlaps);
                }
            }
            parts.end(overlaps);
        }

        /**
         * What kernels make that take in, on accelerators, what is added to it next, or add it themselves. On meshes a redistribution may lie
         * between: there sums are priced in full.
         */
        private Set<Value> addingGradients(Variant variant) {
            Set<Value> adding = new HashSet<>();
            for (Step step : variant.backward()) {
                boolean added = !device.cpu()
                        && step instanceof Step.Kernel kernel
                        && kernel.node().part().isEmpty()
                        && ADDING.contains(kernel.kernel());
                if (added && step instanceof Step.Kernel kernel) {
                    kernel.results().get(0).ifPresent(adding::add);
                }
            }
            return adding;
        }

        /** A sum that its kernel takes in reads the addend alone. */
        private double seconds(Step.Sum sum, Set<Value> adding) {
            return adding.contains(sum.left()) || adding.contains(sum.right())
                    ? transferSeconds(bytes(sum.result().type()))
                    : sumSeconds(sum.result().type().elements());
        }

        private void begin(OverlappedParts parts, String path, Step.Begin begin, boolean backward, boolean again) {
            collectives.add(new CollectiveCost(path + begin.at(), backward, again, true, begin.transfer()));
            beside(parts, begin.transfer());
        }

        /** The first transfer runs beside kernels; those that follow it are waited for. */
        private void start(OverlappedParts parts, String path, Step.Start start) {
            String name = path + start.at();
            for (int i = 0; i < start.transfers().size(); i++) {
                Transfer transfer = start.transfers().get(i);
                if (start.overlapped() && i == 0) {
                    collectives.add(new CollectiveCost(name, true, false, true, transfer));
                    beside(parts, transfer);
                } else {
                    collectives.add(CollectiveCost.blocking(name, true, false, transfer));
                }
            }
        }

        private void beside(OverlappedParts parts, Transfer transfer) {
            Collective kind = Collective.valueOf(((Move) transfer).kind().name());
            parts.beside(
                    Collectives.seconds(transfer.ticks()), Collectives.seconds(slowedTicks(kind, transfer.ticks())));
        }

        private Set<ScopeParameter> withGradients(Variant variant) {
            Set<ScopeParameter> all = new HashSet<>();
            for (Step step : variant.backward()) {
                if (step instanceof Step.Start start) {
                    all.addAll(start.parameters());
                } else if (step instanceof Step.ParameterGradient gradient) {
                    all.add(gradient.parameter());
                }
            }
            return all;
        }

        /** What the update before has left in parts comes beside the forward of the part that reads it. */
        private void completions(OverlappedParts parts, String owner, OperatorNode node, Set<ScopeParameter> trained) {
            Stream<ScopeParameter> gathered =
                    node.part().stream().flatMap(p -> p.parameters().stream()).map(StoredParameter::parameter);
            for (ScopeParameter parameter :
                    Stream.concat(node.parameters().stream(), gathered).toList()) {
                String name = owner + parameter.name();
                if (once && trained.contains(parameter) && comesLater(parameter.update()) && updated.add(name)) {
                    Transfer gather = parameter.update().get(0).transfer();
                    updates.add(new CollectiveCost("gather " + name, true, false, true, gather));
                    beside(parts, gather);
                }
            }
        }

        /** A parameter is updated once, however many operators have it. */
        private void update(String owner, ScopeParameter parameter) {
            String name = owner + parameter.name();
            if (updated.add(name)) {
                parameter
                        .update()
                        .forEach(
                                h -> updates.add(CollectiveCost.blocking("gather " + name, true, false, h.transfer())));
            }
        }

        private void expand(Step.BlockForward block, String path, String owner, boolean again) {
            UseNode use = block.node();
            for (Step.Run run : block.runs()) {
                for (long i = run.from(); i < run.to(); i++) {
                    String index = use.repeats().isPresent() ? "[" + i + "]." : ".";
                    expand(
                            run.variant(),
                            path + use.name() + index,
                            owner + Trainable.instance(use, i),
                            again || run.again());
                }
            }
        }
    }

    private Map<OperatorNode, Directions> price(Variant variant) {
        Map<OperatorNode, Traffic> forward = traffic(variant.forward(), false, false);
        Map<OperatorNode, Traffic> backward = traffic(variant.backward(), false, true);
        Map<OperatorNode, Traffic> recomputed = traffic(variant.backward(), true, false);
        Map<OperatorNode, Directions> costs = new IdentityHashMap<>();
        forward.forEach((node, traffic) -> {
            Work work = node.operator().work(node.attributes(), node.shapes(format.bytes()));
            addInside(traffic, node, work);
            DirectionCost there = cost(node, true, traffic, work.forwardFlops(), work.forwardWorkspaceBytes());
            Traffic back = backward.get(node);
            DirectionCost again = back == null
                    ? DirectionCost.NONE
                    : cost(
                            node,
                            false,
                            back,
                            backwardFlops(node, work, back),
                            work.backwardWorkspaceBytes(back.ofInput));
            Traffic repeated = recomputed.get(node);
            DirectionCost recompute = repeated == null
                    ? DirectionCost.NONE
                    : cost(node, true, repeated, work.forwardFlops(), work.forwardWorkspaceBytes());
            costs.put(node, new Directions(there, again, recompute));
        });
        return costs;
    }

    private DirectionCost cost(OperatorNode node, boolean forward, Traffic traffic, long flops, long workspaceBytes) {
        if (traffic.kernels == 0) {
            return DirectionCost.NONE;
        }
        Share share = device.calibration()
                .share(node.operator().kind(), node.operator().rateSizes(node.shapes(format.bytes())));
        double others = roofline(Math.max(0, flops - traffic.productFlops), traffic.bytes - traffic.productBytes)
                / (forward ? share.forward() : share.backward());
        double seconds = Math.max(traffic.productSeconds + others, callSeconds(traffic.kernels));
        return new DirectionCost(
                flops, traffic.bytes, workspaceBytes, traffic.kernels, seconds + insideSeconds(node, forward));
    }

    /** Time of what an operator's kernels reduce inside. */
    private static double insideSeconds(OperatorNode node, boolean forward) {
        return node.part().stream()
                .flatMap(p -> p.insides().stream())
                .filter(i -> i.reduction().forward() == forward)
                .mapToDouble(i -> Collectives.seconds(i.ticks()))
                .sum();
    }

    private Map<OperatorNode, Traffic> traffic(List<Step> steps, boolean recomputed, boolean gradients) {
        Map<OperatorNode, Traffic> traffic = new IdentityHashMap<>();
        for (Step step : steps) {
            if (step instanceof Step.Kernel kernel && kernel.recomputed() == recomputed) {
                add(traffic.computeIfAbsent(kernel.node(), n -> new Traffic()), kernel, gradients);
            }
        }
        return traffic;
    }

    private void add(Traffic traffic, Step.Kernel kernel, boolean gradient) {
        List<Value> made = kernel.results().stream()
                .flatMap(java.util.Optional::stream)
                .filter(v -> v.storage() == v)
                .toList();
        if (made.isEmpty()) {
            return;
        }
        long bytes = 0;
        for (Value value : made) {
            bytes += bytes(value.type());
            if (value.type().rank() >= 2) {
                traffic.matrices.add(value);
            }
        }
        for (Argument argument : kernel.arguments()) {
            if (argument instanceof Value value) {
                bytes += bytes(value.type());
            } else if (argument instanceof ScopeParameter parameter) {
                bytes += bytes(parameter.type());
            }
        }
        traffic.kernels++;
        traffic.ofInput |= kernel.results().get(0).isPresent();
        traffic.bytes += bytes;
        addProduct(traffic, kernel.node(), made, bytes, gradient);
    }

    /** Adds what kernels that make several tensors do inside; products do not overlap with what is between them. */
    private void addInside(Traffic traffic, OperatorNode node, Work work) {
        List<MatrixProduct> products = node.operator().innerProducts(node.attributes(), node.shapes(format.bytes()));
        if (!products.isEmpty()) {
            traffic.productBytes = traffic.bytes;
        }
        for (MatrixProduct product : products) {
            traffic.productFlops = Math.addExact(traffic.productFlops, product.flops());
            traffic.productSeconds += seconds(product);
        }
        traffic.bytes = Math.addExact(traffic.bytes, work.innerBytes());
        traffic.kernels = Math.addExact(traffic.kernels, work.innerCalls());
    }

    private double seconds(MatrixProduct product) {
        long elements = product.m() * product.k() + product.k() * product.n() + product.m() * product.n();
        return device.calibration()
                .products(format)
                .map(t -> t.seconds(product.m(), product.n(), product.k()))
                .orElseGet(() -> roofline(product.flops(), elements * format.bytes()));
    }

    /** Notes that a kernel is a matrix product of which the time was measured. */
    private void addProduct(Traffic traffic, OperatorNode node, List<Value> made, long bytes, boolean gradient) {
        Optional<ProductTable> table = device.calibration().products(format);
        if (table.isEmpty() || made.size() != 1 || made.get(0).type().rank() < 2) { // a bias's gradient has rank 1
            return;
        }
        long elements = made.get(0).type().elements();
        node.operator()
                .product(node.attributes(), node.shapes(format.bytes()))
                .flatMap(forward -> gradient ? forward.gradient(elements) : Optional.of(forward))
                .ifPresent(product -> {
                    traffic.productFlops = Math.addExact(traffic.productFlops, product.flops());
                    traffic.productBytes += bytes;
                    traffic.productSeconds += table.get().seconds(product.m(), product.n(), product.k());
                });
    }

    /** An operator's arithmetic for all of its gradients, in proportion to the matrices that are really made. */
    private static long backwardFlops(OperatorNode node, Work work, Traffic back) {
        long inputs = node.inputs().stream()
                .filter(v -> v.type().element() != Element.INT64 && v.type().rank() >= 2)
                .count();
        long parameters = node.parameters().stream()
                .filter(p -> !p.declaration().buffer() && p.type().rank() >= 2)
                .count();
        long all = inputs + parameters;
        long made = back.matrices.size();
        return made == 0 || made >= all ? work.backwardFlops() : Math.multiplyExact(work.backwardFlops(), made) / all;
    }

    private long bytes(TensorType type) {
        return Math.multiplyExact(type.elements(), type.element().bytes(format.bytes()));
    }
}
