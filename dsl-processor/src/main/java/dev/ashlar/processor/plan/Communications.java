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

/** Lists what devices send each other in one step. */
final class Communications {
    private final Collectives collectives;

    Communications(Collectives collectives) {
        this.collectives = collectives;
    }

    /** Redistributions first, forward and then backward of each scope; then what kernels reduce inside, by operator. */
    List<Communication> of(ModelCost cost) {
        List<Communication> all = new ArrayList<>();
        cost.collectives().forEach(c -> all.add(redistribution(c)));
        for (OperatorCost operator : cost.operators()) {
            for (Part.Inside inside : operator.node().part().map(Part::insides).orElse(List.of())) {
                boolean forward = inside.reduction().forward();
                all.add(inside(operator.name(), inside, !forward));
                if (forward && operator.recompute().kernels() > 0) {
                    all.add(inside(operator.name(), inside, true));
                }
            }
        }
        return List.copyOf(all);
    }

    private static Communication redistribution(CollectiveCost cost) {
        if (!(cost.transfer() instanceof Move move)) {
            throw new IllegalArgumentException(cost.name() + " is no move of a mesh");
        }
        boolean tensor = cost.name().contains(" -> ");
        Communication.Purpose purpose = !cost.backward()
                ? Communication.Purpose.ACTIVATION
                : tensor ? Communication.Purpose.ACTIVATION_GRADIENT : Communication.Purpose.PARAMETER_GRADIENT;
        return new Communication(
                cost.name(),
                cost.backward(),
                purpose,
                name(move.kind()),
                move.meshAxis(),
                move.from().toString(),
                move.to().toString(),
                move.tensorBytes(),
                move.wireBytes(),
                cost.seconds());
    }

    private Communication inside(String operator, Part.Inside inside, boolean backward) {
        int axis = inside.meshAxis();
        Layout whole = Layout.replicated(collectives.mesh().rank());
        long bytes = inside.reduction().bytes();
        return new Communication(
                operator,
                backward,
                Communication.Purpose.INSIDE,
                name(Move.Kind.ALL_REDUCE),
                axis,
                whole.with(axis, Placement.PARTIAL).toString(),
                whole.toString(),
                bytes,
                collectives.wireBytes(Collective.ALL_REDUCE, axis, bytes),
                Collectives.seconds(inside.ticks()));
    }

    private static String name(Move.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
