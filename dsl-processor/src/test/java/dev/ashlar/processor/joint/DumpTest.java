package dev.ashlar.processor.joint;

import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.shard.SimulatedMesh;
import java.util.*;
import org.junit.jupiter.api.Test;

class DumpTest {
    @Test
    void dump() throws Exception {
        for (var mesh : List.of(SimulatedMesh.mesh(2), SimulatedMesh.mesh(2, 2))) {
            JointProblem joint = JointProblem.of(SampleModels.gpt(4).graph(), JointMemoryTest.target(mesh));
            Template t = joint.templates().get(2);
            System.out.println("XX nodes " + mesh);
            t.nodes().entrySet().stream().sorted(Map.Entry.comparingByValue()).forEach(e -> System.out.println("XX " + e.getValue() + " " + e.getKey() + " " + e.getKey().labels()));
            System.out.println("XX points " + t.block().points());
            System.out.println("XX " + dev.ashlar.processor.solve.Dump.scopes(t.block()));
        }
    }
}
