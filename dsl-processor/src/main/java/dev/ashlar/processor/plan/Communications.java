package dev.ashlar.processor.plan;

import dev.ashlar.processor.cost.CollectiveCost;
import dev.ashlar.processor.cost.ModelCost;
import dev.ashlar.processor.cost.OperatorCost;
import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.graph.Part;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Move;
import dev.ashlar.processor.shard.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Lists what devices send each other in one step. */
final class Communications {
    private static final String GATHER = "gather ";

    /** The repetition in the name of a file's parameter: {@code "body.3.up"}. */
    private static final Pattern FILE_INDEX = Pattern.compile("\\.(\\d+)(?=\\.)");

    private final Collectives collectives;
    private final int microBatches;

    Communications(Collectives collectives, int microBatches) {
        this.collectives = collectives;
        this.microBatches = microBatches;
    }

    /** Redistributions first, forward and then backward of each scope; then what kernels reduce inside; then what follows the update. */
    List<Communication> of(ModelCost cost) {
        List<Communication> all = new ArrayList<>();
        cost.collectives().forEach(c -> all.add(redistribution(c, phase(c.backward()))));
        for (OperatorCost operator : cost.operators()) {
            for (Part.Inside inside : operator.node().part().map(Part::insides).orElse(List.of())) {
                boolean forward = inside.reduction().forward();
                all.add(inside(operator.name(), inside, phase(!forward)));
                if (forward && operator.recompute().kernels() > 0) {
                    all.add(inside(operator.name(), inside, Communication.Phase.BACKWARD));
                }
            }
        }
        cost.updates().forEach(c -> all.add(redistribution(c, Communication.Phase.UPDATE)));
        return List.copyOf(all);
    }

    private static Communication.Phase phase(boolean backward) {
        return backward ? Communication.Phase.BACKWARD : Communication.Phase.FORWARD;
    }

    private Communication redistribution(CollectiveCost cost, Communication.Phase phase) {
        if (!(cost.transfer() instanceof Move move)) {
            throw new IllegalArgumentException(cost.name() + " is no move of a mesh");
        }
        boolean gather = cost.name().contains(GATHER);
        String name = FILE_INDEX.matcher(cost.name().replace(GATHER, "")).replaceAll("[$1]");
        return new Communication(
                name,
                phase,
                gather ? Communication.Purpose.PARAMETER : purpose(cost),
                name(move.kind()),
                move.meshAxis(),
                move.from().toString(),
                move.to().toString(),
                move.tensorBytes(),
                move.wireBytes(),
                cost.seconds(),
                cost.overlapped(),
                phase == Communication.Phase.UPDATE ? 1 : microBatches);
    }

    private static Communication.Purpose purpose(CollectiveCost cost) {
        if (!cost.backward() || cost.again()) {
            return Communication.Purpose.ACTIVATION;
        }
        return cost.name().contains(" -> ")
                ? Communication.Purpose.ACTIVATION_GRADIENT
                : Communication.Purpose.PARAMETER_GRADIENT;
    }

    private Communication inside(String operator, Part.Inside inside, Communication.Phase phase) {
        int axis = inside.meshAxis();
        Layout whole = Layout.replicated(collectives.mesh().rank());
        long bytes = inside.reduction().bytes();
        return new Communication(
                operator,
                phase,
                Communication.Purpose.INSIDE,
                name(Move.Kind.ALL_REDUCE),
                axis,
                whole.with(axis, Placement.PARTIAL).toString(),
                whole.toString(),
                bytes,
                collectives.wireBytes(Collective.ALL_REDUCE, axis, bytes),
                Collectives.seconds(inside.ticks()),
                false,
                microBatches);
    }

    private static String name(Move.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
