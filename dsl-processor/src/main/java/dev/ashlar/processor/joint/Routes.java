package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.local.ParameterStorage;
import dev.ashlar.processor.local.Parts;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.program.StepSettings;
import dev.ashlar.processor.shard.Layout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Ways from layout to layout, found once. */
final class Routes {
    private record Key(List<Long> sizes, Layout from, Layout to) {}

    private final Parts parts;
    private final StepSettings settings;
    private final Map<Key, Optional<Route>> known = new ConcurrentHashMap<>();

    Routes(Parts parts, StepSettings settings) {
        this.parts = parts;
        this.settings = settings;
    }

    /** Bytes of a tensor on one device. */
    long bytes(TensorType whole, Layout layout) {
        return settings.bytes(parts.type(whole, layout));
    }

    /** Numbers of a tensor on one device. */
    long elements(TensorType whole, Layout layout) {
        return parts.type(whole, layout).elements();
    }

    /** Bytes of a trained parameter beside the value itself. */
    long besideBytes(TensorType whole, ParameterStorage storage) {
        return settings.besideBytes(parts.type(whole, storage.parameter()), parts.type(whole, storage.state()));
    }

    /** The transfers of a way that is known to be there. */
    List<Hop> hops(TensorType whole, Layout from, Layout to) {
        return parts.hops(whole, from, to);
    }

    /** The way; empty if there is none. */
    Optional<Route> of(TensorType whole, Layout from, Layout to) {
        return known.computeIfAbsent(new Key(whole.sizes(), from, to), k -> {
            boolean maxima = to.placements().stream()
                    .anyMatch(p -> p.equals(dev.ashlar.processor.shard.Placement.PARTIAL_MAXIMUM));
            if (maxima && !from.equals(to)) {
                return Optional.empty();
            }
            return Optional.of(Route.of(parts.hops(whole, from, to), bytes(whole, from), settings));
        });
    }
}
