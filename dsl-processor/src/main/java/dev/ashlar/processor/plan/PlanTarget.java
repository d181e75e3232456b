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
    /** Memory beside a program's tensors that libraries take from the allocator and keep. */
    long libraryBytes() {
        return device.calibration().libraryBytes();
    }

    /** Memory of a device that is not the allocator's: before the first tensor, and for the groups along the mesh's axes. */
    long fixedBytes() {
        return Math.addExact(device.fixedBytes(), groupBytes());
    }

    /** What the groups along the mesh's axes take. */
    public long groupBytes() {
        return mesh.axes().stream()
                .filter(a -> a.size() > 1)
                .mapToLong(a -> device.calibration().groupBytes(a.size()))
                .sum();
    }

    /** What the group along a mesh axis does not take if it never exchanges all to all. */
    long exchangeBytes(int meshAxis) {
        int size = mesh.axes().get(meshAxis).size();
        return size == 1 ? 0 : device.calibration().exchangeBytes(size);
    }

    /** Reads it; empty if anything is wrong, all of which is reported. */
    public static Optional<PlanTarget> read(PlanSpec spec, DeviceCatalogue catalogue, Diagnostics diagnostics) {
        Optional<Device> device = attempt(
                diagnostics,
                () -> catalogue.device(spec.device().text(), spec.device().source()));
        Optional<List<Integer>> shape = attempt(diagnostics, () -> shape(spec.mesh()));
        Optional<List<Link>> links = links(spec.links(), shape, catalogue, diagnostics);
        Optional<Long> budget = attempt(
                diagnostics,
                () -> Memory.parse(spec.memory().text(), spec.memory().source()));
        Optional<Boolean> whole = attempt(diagnostics, () -> requireMicroBatches(spec.microBatches()));
        Optional<Boolean> fits = device.isEmpty() || budget.isEmpty()
                ? Optional.empty()
                : attempt(diagnostics, () -> requireMemory(device.get(), budget.get(), spec.memory()));
        if (shape.isEmpty() || links.isEmpty() || fits.isEmpty() || whole.isEmpty()) {
            return Optional.empty();
        }
        String precision = spec.train().precision();
        NumberFormat format = precision.equals("FP32") ? NumberFormat.FP32 : NumberFormat.BF16;
        Mesh mesh = mesh(shape.get(), links.get(), device.orElseThrow());
        return Optional.of(
                new PlanTarget(device.get(), mesh, budget.orElseThrow(), format, precision.equals("BF16_MIXED")));
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

    /** The links that are named, none or one for each axis; every unknown one is reported. */
    private static Optional<List<Link>> links(
            ValueSpec value, Optional<List<Integer>> shape, DeviceCatalogue catalogue, Diagnostics diagnostics) {
        List<ValueSpec> named = values(value);
        List<Link> links = new ArrayList<>();
        for (ValueSpec link : named) {
            attempt(diagnostics, () -> catalogue.link(link.text(), link.source()))
                    .ifPresent(links::add);
        }
        Optional<Boolean> fits = shape.isEmpty()
                ? Optional.empty()
                : attempt(
                        diagnostics,
                        () -> requireLinkPerAxis(
                                value, named.size(), shape.get().size()));
        return fits.isPresent() && links.size() == named.size() ? Optional.of(links) : Optional.empty();
    }

    private static boolean requireLinkPerAxis(ValueSpec value, int links, int axes) {
        if (links != 0 && links != axes) {
            throw badMesh(
                    value,
                    "The mesh has " + axes + (axes == 1 ? " axis" : " axes") + " but there "
                            + (links == 1 ? "is 1 link" : "are " + links + " links")
                            + ". Name one link for each axis, or leave out 'links'.");
        }
        return true;
    }

    /**
     * The mesh of a sound shape.
     *
     * @param links one for each axis, or none for the device's own on all
     */
    static Mesh mesh(List<Integer> shape, List<Link> links, Device device) {
        List<MeshAxis> axes = new ArrayList<>();
        for (int size : shape) {
            axes.add(new MeshAxis(size, links.isEmpty() ? device.link() : links.get(axes.size())));
        }
        return new Mesh(axes);
    }

    private static ModelException badMesh(ValueSpec value, String message) {
        return new ModelException(Code.BAD_MESH, value.source(), message);
    }

    private static boolean requireMicroBatches(ValueSpec microBatches) {
        long count = ((Number) microBatches.value()).longValue();
        if (count < 0 || count > Integer.MAX_VALUE) {
            throw new ModelException(
                    Code.BAD_ATTRIBUTE,
                    microBatches.source(),
                    "There cannot be " + count + " micro-batches. Write a divisor of the batch, or leave them out.");
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
