package dev.ashlar.processor.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.MeshAxis;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTargetTest {
    private static final ModelSpecs.At AT = new ModelSpecs.At("here");

    private final DeviceCatalogue catalogue = DeviceCatalogue.standard();
    private final Device device = catalogue.device("h100-sxm", AT);

    @Test
    void everyAxisHasItsLink() {
        Link slow = catalogue.link("ib-400g", AT);
        Link fast = catalogue.link("nvlink4", AT);
        Mesh mesh = PlanTarget.mesh(List.of(2, 8), List.of(slow, fast), device);
        assertEquals(Mesh.of(new MeshAxis(2, slow), new MeshAxis(8, fast)), mesh);
        assertEquals(16, mesh.devices());
    }

    @Test
    void withoutLinksTheDevicesOwnIsOnAllAxes() {
        Mesh mesh = PlanTarget.mesh(List.of(2, 1, 1, 4), List.of(), device);
        assertEquals(List.of(2, 1, 1, 4), mesh.shape());
        assertEquals(
                List.of(device.link()),
                mesh.axes().stream().map(MeshAxis::link).distinct().toList());
    }
}
