package dev.ashlar.processor.local;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.program.MemoryProfile;
import dev.ashlar.processor.program.ModelParameter;
import dev.ashlar.processor.program.ModelParameters;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Move;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.ArrayList;
import java.util.List;

/** Graphs of one device for tests, on a mesh of accelerators with fast links. */
final class Local {
    private Local() {}

    static Collectives collectives(Mesh mesh) {
        return new Collectives(mesh, SimulatedMesh.device(false));
    }

    static NumberFormat format(ModelSpecs model) {
        return model.spec().train().precision().equals("FP32") ? NumberFormat.FP32 : NumberFormat.BF16;
    }

    static TrainingGraph graph(ModelSpecs model, Mesh mesh, Assignment assignment) {
        return LocalGraph.of(model.graph(), assignment, collectives(mesh), format(model));
    }

    /** Collectives of a variant and of every block's first repetition: {@code "forward act -> y: all_reduce over 0 32"}, bytes sent. */
    static List<String> collectives(Variant variant) {
        List<String> all = new ArrayList<>();
        collect(variant.forward(), "forward ", "", all);
        collect(variant.backward(), "backward ", "", all);
        return all;
    }

    /** What follows the update: {@code "gather up.weight: all_gather over 0: [S0] -> [R] 48"}, bytes sent. */
    static List<String> updates(TrainingGraph graph) {
        List<String> all = new ArrayList<>();
        for (ModelParameter parameter : ModelParameters.of(graph)) {
            for (Hop hop : parameter.update()) {
                Move move = (Move) hop.transfer();
                all.add("gather " + parameter.name() + ": " + move + " " + move.wireBytes());
            }
        }
        return all;
    }

    /** Memory of one training step beside the parameters, in numbers of 4 bytes: {@code "forward up 80"}. */
    static List<String> memory(TrainingGraph graph) {
        MemoryProfile profile = Timeline.of(ProgramBuilder.build(graph));
        return profile.points().stream()
                .filter(p -> List.of("forward", "backward", "update").contains(p.phase()))
                .map(p -> p.phase() + " " + p.at() + " " + (p.bytes() - profile.staticBytes()) / 4)
                .toList();
    }

    private static void collect(List<Step> steps, String direction, String path, List<String> all) {
        for (Step step : steps) {
            if (step instanceof Step.Collective collective) {
                Move move = (Move) collective.transfer();
                all.add(direction + path + collective.at() + ": " + move + " " + move.wireBytes());
            } else if (step instanceof Step.BlockForward block) {
                Variant inner = block.runs().get(0).variant();
                collect(inner.forward(), direction, path + block.node().name() + ".", all);
            } else if (step instanceof Step.BlockBackward block) {
                Variant inner = block.runs().get(0).variant();
                collect(inner.backward(), direction, path + block.node().name() + ".", all);
            }
        }
    }
}
