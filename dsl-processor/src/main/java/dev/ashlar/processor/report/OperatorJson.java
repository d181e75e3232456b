package dev.ashlar.processor.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.processor.cost.DirectionCost;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.op.Element;
import dev.ashlar.processor.plan.Alternative;
import dev.ashlar.processor.plan.OperatorPlan;
import dev.ashlar.processor.plan.ParameterPlan;
import dev.ashlar.processor.plan.PlanTarget;
import dev.ashlar.processor.program.ModelParameter;
import dev.ashlar.processor.program.SavedTensor;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Strategy;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Parameters, and what was chosen for every operator. */
final class OperatorJson {
    private final JsonGenerator json;

    OperatorJson(JsonGenerator json) {
        this.json = json;
    }

    void parameters(List<ParameterPlan> parameters, PlanTarget target) throws IOException {
        json.writeArrayFieldStart("parameters");
        for (ParameterPlan parameter : parameters) {
            ModelParameter part = parameter.part();
            json.writeStartObject();
            json.writeStringField("name", parameter.name());
            Shapes.write(json, parameter.whole().sizes());
            json.writeStringField("dtype", dtype(part.type().element(), target));
            json.writeStringField("role", part.role().name().toLowerCase(Locale.ROOT));
            if (part.tiedTo().isPresent()) {
                json.writeStringField("tiedTo", part.tiedTo().get());
            } else {
                json.writeNullField("tiedTo");
            }
            json.writeStringField("storage", parameter.storage().toString());
            json.writeStringField(
                    "optimizerStorage", parameter.optimizerStorage().toString());
            json.writeBooleanField("keepGathered", parameter.keepGathered());
            json.writeNumberField("bytes", part.bytes());
            json.writeNumberField("gradientBytes", parameter.gradientBytes());
            json.writeNumberField("optimizerBytes", part.optimizerBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
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
            Strategy strategy = operator.strategy();
            json.writeStartObject();
            json.writeStringField("name", operator.name());
            json.writeStringField("kind", operator.whole().operator().kind());
            json.writeStringField("strategy", strategy.toString());
            json.writeStringField("backwardStrategy", strategy.backward());
            tensors("inputs", operator.whole().inputs(), strategy.operands(), strategy.operandGradients());
            tensors("outputs", operator.whole().outputs(), strategy.outputs(), strategy.outputGradients());
            direction("forward", operator.cost().forward());
            direction("backward", operator.cost().backward());
            saved(operator);
            alternatives(operator);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** As the operator reads and makes them; parameters stand behind the inputs. */
    private void tensors(String field, List<Value> values, List<Layout> layouts, List<Layout> gradients)
            throws IOException {
        json.writeArrayFieldStart(field);
        for (int i = 0; i < values.size(); i++) {
            json.writeStartObject();
            json.writeStringField("tensor", values.get(i).name());
            json.writeStringField("layout", layouts.get(i).toString());
            if (values.get(i).type().element() != Element.INT64) {
                json.writeStringField("gradientLayout", gradients.get(i).toString());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void alternatives(OperatorPlan operator) throws IOException {
        json.writeArrayFieldStart("alternatives");
        if (operator.alternative().isPresent()) {
            Alternative alternative = operator.alternative().get();
            json.writeStartObject();
            json.writeStringField("strategy", alternative.strategy());
            json.writeNumberField("extraNanos", PlanJson.nanos(alternative.extraSeconds()));
            json.writeNumberField("extraBytes", alternative.extraBytes());
            json.writeBooleanField("fits", alternative.fits());
            json.writeEndObject();
        }
        json.writeEndArray();
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
