package dev.ashlar.processor.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.processor.device.MeshAxis;
import dev.ashlar.processor.plan.Communication;
import dev.ashlar.processor.plan.CommunicationGroup;
import dev.ashlar.processor.plan.Plan;
import java.io.IOException;
import java.util.List;

/** What devices send each other, and how much of it goes along each mesh axis. */
final class CollectiveJson {
    private final JsonGenerator json;

    CollectiveJson(JsonGenerator json) {
        this.json = json;
    }

    void write(Plan plan) throws IOException {
        json.writeArrayFieldStart("collectives");
        for (CommunicationGroup group : CommunicationGroup.of(plan.communications())) {
            collective(group);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("traffic");
        for (int axis = 0; axis < plan.target().mesh().rank(); axis++) {
            axis(axis, plan.target().mesh().axes().get(axis), plan.communications());
        }
        json.writeEndArray();
    }

    private void collective(CommunicationGroup group) throws IOException {
        Communication first = group.first();
        json.writeStartObject();
        json.writeStringField("at", first.phase().words() + " " + group.name());
        json.writeStringField("kind", first.kind());
        json.writeNumberField("axis", first.meshAxis());
        json.writeStringField("purpose", first.purpose().words());
        json.writeStringField("tensor", first.tensor());
        json.writeStringField("from", first.from());
        json.writeStringField("to", first.to());
        json.writeNumberField("tensorBytes", first.tensorBytes());
        json.writeNumberField("wireBytes", first.wireBytes());
        json.writeNumberField("nanos", PlanJson.nanos(first.seconds()));
        json.writeBooleanField("overlapped", first.overlapped());
        json.writeNumberField("count", group.count());
        json.writeEndObject();
    }

    private void axis(int axis, MeshAxis of, List<Communication> communications) throws IOException {
        List<Communication> own =
                communications.stream().filter(c -> c.meshAxis() == axis).toList();
        json.writeStartObject();
        json.writeNumberField("axis", axis);
        json.writeNumberField("size", of.size());
        json.writeNumberField(
                "collectives",
                own.stream()
                        .filter(c -> c.wireBytes() > 0)
                        .mapToInt(Communication::times)
                        .sum());
        json.writeNumberField(
                "wireBytes", own.stream().mapToLong(Communication::stepBytes).sum());
        json.writeNumberField(
                "nanos",
                PlanJson.nanos(
                        own.stream().mapToDouble(Communication::stepSeconds).sum()));
        json.writeEndObject();
    }
}
