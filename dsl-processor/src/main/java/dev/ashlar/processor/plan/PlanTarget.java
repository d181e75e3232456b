package dev.ashlar.processor.plan;

import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.Memory;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.MeshAxis;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.spec.PlanSpec;
import dev.ashlar.processor.spec.ValueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where a plan is to run.
 *
 * @param device its kind
 * @param mesh with a link on each axis, slowest first
 * @param budgetBytes memory of one device that the plan may use
 * @param format the number format it computes in
 * @param masters whether trained parameters have copies in 32-bit floats beside
 */
public record PlanTarget(Device device, Mesh mesh, long budgetBytes, NumberFormat format, boolean masters) {
    /** Reads it; empty if anything is wrong, all of which is reported. */
    public static Optional<PlanTarget> read(PlanSpec spec, DeviceCatalogue catalogue, Diagnostics diagnostics) {
        Optional<Device> device = attempt(
                diagnostics,
                () -> catalogue.device(spec.device().text(), spec.device().source()));
        Optional<List<Integer>> shape = attempt(diagnostics, () -> shape(spec.mesh()));
        Optional<List<Link>> named = links(spec.links(), catalogue, diagnostics);
        Optional<Long> budget = attempt(
                diagnostics,
                () -> Memory.parse(spec.memory().text(), spec.memory().source()));
        Optional<Boolean> whole = attempt(diagnostics, () -> requireWholeBatch(spec.microBatches()));
        Optional<Mesh> mesh = shape.isEmpty() || named.isEmpty() || device.isEmpty()
                ? Optional.empty()
                : attempt(diagnostics, () -> mesh(spec, shape.get(), named.get(), device.get()));
        Optional<Boolean> fits = device.isEmpty() || budget.isEmpty()
                ? Optional.empty()
                : attempt(diagnostics, () -> requireMemory(device.get(), budget.get(), spec.memory()));
        if (mesh.isEmpty() || fits.isEmpty() || whole.isEmpty()) {
            return Optional.empty();
        }
        String precision = spec.train().precision();
        NumberFormat format = precision.equals("FP32") ? NumberFormat.FP32 : NumberFormat.BF16;
        return Optional.of(new PlanTarget(
                device.orElseThrow(), mesh.get(), budget.orElseThrow(), format, precision.equals("BF16_MIXED")));
    }

    private static <T> Optional<T> attempt(Diagnostics diagnostics, Supplier<T> reading) {
        try {
            return Optional.of(reading.get());
        } catch (ModelException e) {
            diagnostics.error(e);
            return Optional.empty();
        }
    }

    private static List<Integer> shape(ValueSpec value) {
        List<Integer> sizes = new ArrayList<>();
        long devices = 1;
        for (ValueSpec axis : values(value)) {
            int size = ((Number) axis.value()).intValue();
            if (size <= 0) {
                throw badMesh(
                        axis,
                        "A mesh axis has at least one device, but this one has " + size
                                + ". Write the number of devices along it, as in mesh = {2, 4}.");
            }
            devices *= size; // below 2^62, as both factors are below 2^31
            if (devices > Integer.MAX_VALUE) {
                throw badMesh(axis, "Up to this axis the mesh has " + devices + " devices. Make it smaller.");
            }
            sizes.add(size);
        }
        if (sizes.isEmpty()) {
            throw badMesh(value, "The mesh has no axis. Write mesh = {1}.");
        } else if (sizes.size() > Mesh.MOST_AXES) {
            throw badMesh(
                    value,
                    "The mesh has " + sizes.size() + " axes, but may have at most " + Mesh.MOST_AXES
                            + ". Merge axes with the same link.");
        }
        return List.copyOf(sizes);
    }

    /** The links that are named, every unknown one reported. */
    private static Optional<List<Link>> links(ValueSpec value, DeviceCatalogue catalogue, Diagnostics diagnostics) {
        List<Link> links = new ArrayList<>();
        for (ValueSpec named : values(value)) {
            attempt(diagnostics, () -> catalogue.link(named.text(), named.source()))
                    .ifPresent(links::add);
        }
        return links.size() == values(value).size() ? Optional.of(links) : Optional.empty();
    }

    /** The mesh that was asked for, once all about it is right; this version plans those of one device. */
    private static Mesh mesh(PlanSpec spec, List<Integer> shape, List<Link> named, Device device) {
        if (!named.isEmpty() && named.size() != shape.size()) {
            throw badMesh(
                    spec.links(),
                    "The mesh has " + shape.size() + (shape.size() == 1 ? " axis" : " axes") + " but there are "
                            + named.size() + (named.size() == 1 ? " link" : " links")
                            + ". Name one link for each axis, or leave out 'links'.");
        }
        List<MeshAxis> axes = new ArrayList<>();
        for (int i = 0; i < shape.size(); i++) {
            axes.add(new MeshAxis(shape.get(i), named.isEmpty() ? device.link() : named.get(i)));
        }
        Mesh mesh = new Mesh(axes);
        if (mesh.devices() != 1) {
            throw badMesh(spec.mesh(), "This version plans one device; write mesh = {1}.");
        }
        return mesh;
    }

    private static ModelException badMesh(ValueSpec value, String message) {
        return new ModelException(Code.BAD_MESH, value.source(), message);
    }

    private static boolean requireWholeBatch(ValueSpec microBatches) {
        long count = ((Number) microBatches.value()).longValue();
        if (count < 0 || count > 1) {
            throw new ModelException(
                    Code.BAD_ATTRIBUTE,
                    microBatches.source(),
                    "This version runs a batch as a whole; leave out 'microBatches', and accumulate gradients over"
                            + " several batches at run time instead.");
        }
        return true;
    }

    /** The memory of a host is not known here; that of any other device is. */
    private static boolean requireMemory(Device device, long budget, ValueSpec memory) {
        if (!device.cpu() && budget > device.memoryBytes()) {
            throw new ModelException(
                    Code.BAD_MEMORY,
                    memory.source(),
                    "The plan may use " + Memory.text(budget) + " but " + device.name() + " has "
                            + Memory.text(device.memoryBytes()) + ". Allow it less, or choose a larger device.");
        }
        return true;
    }

    private static List<ValueSpec> values(ValueSpec array) {
        return ((List<?>) array.value()).stream().map(ValueSpec.class::cast).toList();
    }
}
