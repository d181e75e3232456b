package dev.ashlar.processor.plan;

import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.Memory;
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
 * @param mesh sizes of the axes, slowest link first
 * @param links the link of each axis
 * @param budgetBytes memory of one device that the plan may use
 * @param format the number format it computes in
 * @param masters whether trained parameters have copies in 32-bit floats beside
 */
public record PlanTarget(
        Device device, List<Long> mesh, List<Link> links, long budgetBytes, NumberFormat format, boolean masters) {
    /** Reads it; empty if anything is wrong, all of which is reported. */
    public static Optional<PlanTarget> read(PlanSpec spec, DeviceCatalogue catalogue, Diagnostics diagnostics) {
        Optional<Device> device = attempt(
                diagnostics,
                () -> catalogue.device(spec.device().text(), spec.device().source()));
        Optional<List<Long>> mesh = attempt(diagnostics, () -> mesh(spec.mesh()));
        Optional<Long> budget = attempt(
                diagnostics,
                () -> Memory.parse(spec.memory().text(), spec.memory().source()));
        Optional<Boolean> whole = attempt(diagnostics, () -> requireWholeBatch(spec.microBatches()));
        if (device.isEmpty() || mesh.isEmpty() || budget.isEmpty() || whole.isEmpty()) {
            return Optional.empty();
        }
        Optional<List<Link>> links =
                attempt(diagnostics, () -> links(spec.links(), mesh.get(), device.get(), catalogue));
        Optional<Boolean> fits = attempt(diagnostics, () -> requireMemory(device.get(), budget.get(), spec.memory()));
        if (links.isEmpty() || fits.isEmpty()) {
            return Optional.empty();
        }
        String precision = spec.train().precision();
        NumberFormat format = precision.equals("FP32") ? NumberFormat.FP32 : NumberFormat.BF16;
        return Optional.of(new PlanTarget(
                device.get(), mesh.get(), links.get(), budget.get(), format, precision.equals("BF16_MIXED")));
    }

    private static <T> Optional<T> attempt(Diagnostics diagnostics, Supplier<T> reading) {
        try {
            return Optional.of(reading.get());
        } catch (ModelException e) {
            diagnostics.error(e);
            return Optional.empty();
        }
    }

    private static List<Long> mesh(ValueSpec value) {
        List<Long> sizes = new ArrayList<>();
        for (ValueSpec axis : values(value)) {
            long size = ((Number) axis.value()).longValue();
            if (size <= 0) {
                throw new ModelException(
                        Code.BAD_MESH,
                        axis.source(),
                        "A mesh axis has at least one device, but this one has " + size + ". Write mesh = {1}.");
            }
            sizes.add(size);
        }
        if (sizes.isEmpty() || sizes.stream().anyMatch(s -> s != 1)) {
            throw new ModelException(
                    Code.BAD_MESH,
                    value.source(),
                    sizes.isEmpty()
                            ? "The mesh has no axis. Write mesh = {1}."
                            : "This version plans one device; write mesh = {1}.");
        }
        return List.copyOf(sizes);
    }

    private static List<Link> links(ValueSpec value, List<Long> mesh, Device device, DeviceCatalogue catalogue) {
        List<ValueSpec> named = values(value);
        if (named.isEmpty()) {
            return mesh.stream().map(axis -> device.link()).toList();
        }
        if (named.size() != mesh.size()) {
            throw new ModelException(
                    Code.BAD_MESH,
                    value.source(),
                    "The mesh has " + mesh.size() + (mesh.size() == 1 ? " axis" : " axes") + " but there are "
                            + named.size() + (named.size() == 1 ? " link" : " links")
                            + ". Name one link for each axis, or leave out 'links'.");
        }
        return named.stream().map(l -> catalogue.link(l.text(), l.source())).toList();
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
