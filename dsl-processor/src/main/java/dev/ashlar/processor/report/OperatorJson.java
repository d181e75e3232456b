package dev.ashlar.processor.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.processor.cost.DirectionCost;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.plan.OperatorPlan;
import dev.ashlar.processor.plan.PlanTarget;
import dev.ashlar.processor.program.ModelParameter;
import dev.ashlar.processor.program.SavedTensor;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Parameters, and what was chosen for every operator. */
final class OperatorJson {
    private final JsonGenerator json;

    OperatorJson(JsonGenerator json) {
        this.json = json;
    }

    void parameters(List<ModelParameter> parameters, PlanTarget target) throws IOException {
        String storage = replicated(target);
        json.writeArrayFieldStart("parameters");
        for (ModelParameter parameter : parameters) {
            json.writeStartObject();
            json.writeStringField("name", parameter.name());
            Shapes.write(json, parameter.type().sizes());
            json.writeStringField("dtype", dtype(parameter.type().element(), target));
            json.writeStringField("role", parameter.role().name().toLowerCase(Locale.ROOT));
            if (parameter.tiedTo().isPresent()) {
                json.writeStringField("tiedTo", parameter.tiedTo().get());
            } else {
                json.writeNullField("tiedTo");
            }
            json.writeStringField("storage", storage);
            json.writeStringField("optimizerStorage", storage);
            json.writeNumberField("bytes", parameter.bytes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String replicated(PlanTarget target) {
        return Collections.nCopies(target.mesh().rank(), "R").stream().collect(Collectors.joining(", ", "[", "]"));
    }

    private static String dtype(Element element, PlanTarget target) {
        return switch (element) {
            case COMPUTE -> target.format().name().toLowerCase(Locale.ROOT);
            case FLOAT32 -> "fp32";
            case INT64 -> "int64";
        };
    }

    void operators(List<OperatorPlan> operators) throws IOException {
        json.writeArrayFieldStart("operators");
        for (OperatorPlan operator : operators) {
            OperatorNode node = operator.cost().node();
            json.writeStartObject();
            json.writeStringField("name", operator.cost().name());
            json.writeStringField("kind", node.operator().kind());
            json.writeStringField("strategy", serial(node));
            direction("forward", operator.cost().forward());
            direction("backward", operator.cost().backward());
            saved(operator);
            json.writeArrayFieldStart("alternatives");
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** The strategy of one device: every tensor whole. */
    private static String serial(OperatorNode node) {
        String inputs = node.inputs().stream().map(v -> v.name() + "[R]").collect(Collectors.joining(" "));
        String parameters = node.signature().parameters().stream()
                .map(p -> p.name() + "[R]")
                .collect(Collectors.joining(" "));
        String outputs = node.outputs().stream().map(v -> v.name() + "[R]").collect(Collectors.joining(" "));
        return (inputs + " " + parameters).strip() + " -> " + outputs;
    }

    private void direction(String name, DirectionCost cost) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("flops", cost.flops());
        json.writeNumberField("nanos", PlanJson.nanos(cost.seconds()));
        json.writeNumberField("workspaceBytes", cost.workspaceBytes());
        json.writeEndObject();
    }

    private void saved(OperatorPlan operator) throws IOException {
        json.writeArrayFieldStart("saved");
        decided(operator.saved(), "keep");
        decided(operator.recomputed(), "recompute");
        json.writeEndArray();
    }

    private void decided(List<SavedTensor> tensors, String decision) throws IOException {
        for (SavedTensor tensor : tensors) {
            json.writeStartObject();
            json.writeStringField("tensor", tensor.name());
            json.writeNumberField("bytes", tensor.bytes());
            json.writeStringField("decision", decision);
            json.writeEndObject();
        }
    }
}
