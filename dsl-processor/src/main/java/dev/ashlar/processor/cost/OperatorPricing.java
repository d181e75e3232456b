package dev.ashlar.processor.cost;

import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.device.ProductTable;
import dev.ashlar.processor.device.Share;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.op.Argument;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.op.MatrixProduct;
import dev.ashlar.processor.op.Work;
import dev.ashlar.processor.shard.Collectives;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Prices operators: what their kernels compute, read and write, in either direction and once more in backward. */
final class OperatorPricing {
    private final Rates rates;
    private final Device device;
    private final NumberFormat format;

    OperatorPricing(Rates rates) {
        this.rates = rates;
        device = rates.device();
        format = rates.format();
    }

    /** What an operator costs in either direction, and forward kernels that backward runs again. */
    record Directions(DirectionCost forward, DirectionCost backward, DirectionCost recompute) {}

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

    /** The operators of a variant. */
    Map<OperatorNode, Directions> price(Variant variant) {
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
        double others = rates.roofline(Math.max(0, flops - traffic.productFlops), traffic.bytes - traffic.productBytes)
                / (forward ? share.forward() : share.backward());
        double seconds = Math.max(traffic.productSeconds + others, rates.callSeconds(traffic.kernels));
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
                .flatMap(Optional::stream)
                .filter(v -> v.storage() == v)
                .toList();
        if (made.isEmpty()) {
            return;
        }
        long bytes = 0;
        for (Value value : made) {
            bytes += rates.bytes(value.type());
            if (value.type().rank() >= 2) {
                traffic.matrices.add(value);
            }
        }
        for (Argument argument : kernel.arguments()) {
            if (argument instanceof Value value) {
                bytes += rates.bytes(value.type());
            } else if (argument instanceof ScopeParameter parameter) {
                bytes += rates.bytes(parameter.type());
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
                .orElseGet(() -> rates.roofline(product.flops(), elements * format.bytes()));
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
}
