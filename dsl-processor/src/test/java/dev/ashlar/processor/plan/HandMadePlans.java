package dev.ashlar.processor.plan;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.local.Assignment;
import dev.ashlar.processor.local.LocalGraph;
import dev.ashlar.processor.local.Overlapping;
import dev.ashlar.processor.local.TestAssignment;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.SimulatedMesh;

/** Plans on meshes whose strategies were chosen by hand. */
public final class HandMadePlans {
    private static final Device DEVICE = SimulatedMesh.device(false);

    private HandMadePlans() {}

    /** Batch 8, 8 to 16 to 4 numbers, no activation between. */
    public static ModelSpecs layers() {
        return ModelSpecs.model("Layers", "batch=8 d=8", """
                @Input(shape = "batch d") x()
                @Input(shape = "batch 4") targets()
                @Linear(out = "2*d") up(x)
                @Output @Linear(out = "4", bias = false) y(up)
                @Loss @MeanSquaredError loss(x=y, targets)
                """);
    }

    /** Columns and then rows over four devices. */
    public static Plan columnsThenRows() {
        Mesh mesh = SimulatedMesh.mesh(1, 4);
        return plan(
                layers(),
                mesh,
                new TestAssignment(mesh)
                        .with("up", "x[R, R] weight[R, S0] bias[R, S0] -> y[R, S1]")
                        .with("y", "x[R, S1] weight[R, S1] -> y[R, P]"));
    }

    /** The batch over the first mesh axis, columns and then rows over the second. */
    public static Plan mixed() {
        Mesh mesh = SimulatedMesh.mesh(2, 2);
        return plan(
                layers(),
                mesh,
                new TestAssignment(mesh)
                        .layout("x", "[S0, R]")
                        .layout("targets", "[S0, R]")
                        .layout("y", "[S0, R]")
                        .with("up", "x[S0, R] weight[R, S0] bias[R, S0] -> y[S0, S1]")
                        .with("y", "x[S0, S1] weight[R, S1] -> y[S0, P]")
                        .with("loss", "x[S0, R] targets[S0, R] -> y[P, R]"));
    }

    /** The plan of an assignment. */
    public static Plan plan(ModelSpecs model, Mesh mesh, TestAssignment assignment) {
        return plan(model, DEVICE, mesh, assignment);
    }

    /** The plan of an assignment on hosts, as ranks run it. */
    public static Plan onHosts(ModelSpecs model, Mesh mesh, Assignment assignment) {
        return plan(model, DeviceCatalogue.standard().find("cpu").orElseThrow(), mesh, assignment);
    }

    /** The same of a graph in another form. */
    public static Plan onHosts(TrainingGraph whole, Mesh mesh, Assignment assignment) {
        return plan(whole, DeviceCatalogue.standard().find("cpu").orElseThrow(), mesh, assignment, false);
    }

    /** The same with gradients that are reduced while backward goes on. */
    public static Plan overlapping(ModelSpecs model, Mesh mesh, Assignment assignment) {
        Device hosts = DeviceCatalogue.standard().find("cpu").orElseThrow();
        return plan(model.graph(), hosts, mesh, assignment, true);
    }

    private static Plan plan(ModelSpecs model, Device device, Mesh mesh, Assignment assignment) {
        return plan(model.graph(), device, mesh, assignment, false);
    }

    private static Plan plan(
            TrainingGraph whole, Device device, Mesh mesh, Assignment assignment, boolean overlapping) {
        PlanTarget target = new PlanTarget(device, mesh, 1 << 30, NumberFormat.FP32, false);
        Collectives collectives = new Collectives(mesh, device);
        TrainingGraph blocking = LocalGraph.of(whole, assignment, collectives, NumberFormat.FP32);
        TrainingGraph local = overlapping ? Overlapping.of(blocking, collectives, NumberFormat.FP32) : blocking;
        PlanAssembly assembly = new PlanAssembly(whole, target);
        return assembly.only(new PlannedGraph(local, local, whole, assignment));
    }
}
