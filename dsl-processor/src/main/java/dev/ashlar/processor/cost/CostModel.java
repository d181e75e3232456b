package dev.ashlar.processor.cost;

import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.graph.Variant;
import java.util.List;

/**
 * A roofline: an operator takes, in each direction, as long as the slowest of its arithmetic, its memory traffic and the calls of its
 * kernels. Views are free.
 *
 * <p>Where the device has measured times of matrix products, kernels that are one take those instead, and the roofline is left to the
 * operator's other kernels. Calls are counted as if the host never ran ahead, so that times of operators can be added up: a step is not
 * taken to be shorter than all its calls.
 */
public final class CostModel {
    private final Rates rates;

    /** Costs on a device, computing in a number format. */
    public CostModel(Device device, NumberFormat format) {
        rates = new Rates(device, format);
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
        return new StepPricing(rates, once).model(variant);
    }

    /** Time to read and write so many bytes. */
    public double transferSeconds(long bytes) {
        return rates.transferSeconds(bytes);
    }

    /** Time of one call of the optimizer that reads and writes so many bytes. */
    public double updateSeconds(long bytes) {
        return rates.updateSeconds(bytes);
    }

    /** What so many bytes take of the time of such a call. */
    public double partOfUpdateSeconds(long bytes) {
        return rates.partOfUpdateSeconds(bytes);
    }

    /** Time to add two gradients of so many elements. */
    public double sumSeconds(long elements) {
        return rates.sumSeconds(elements);
    }

    /** What compute loses to a collective that takes so many ticks beside it, in ticks. */
    public long slowedTicks(Collective kind, long ticks) {
        return rates.slowedTicks(kind, ticks);
    }

    /** Whether anything is gained by a collective beside compute. */
    public boolean hides(Collective kind) {
        return rates.hides(kind);
    }

    /**
     * Whether what was updated in parts comes to where it is used beside the next step's forward: where devices have streams of their own
     * for it, and it needs one gather to the place where it stays.
     *
     * @param hops from where it is updated to where it lies
     */
    public boolean comesLater(List<Hop> hops) {
        return rates.comesLater(hops);
    }
}
