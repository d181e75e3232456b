package dev.ashlar.processor.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.processor.graph.Graph;
import dev.ashlar.processor.graph.Node;
import dev.ashlar.processor.graph.OperatorAttributes;
import dev.ashlar.processor.graph.OperatorNode;
import dev.ashlar.processor.graph.Scope;
import dev.ashlar.processor.graph.ScopeInput;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The graph: operators of a block that is repeated are written once, with {@code [*]} for the repetition; {@code repeats} says how often
 * each block runs and what enters and leaves it.
 */
final class GraphJson {
    /** Something that writes JSON. */
    private interface Writing {
        void write(Scope scope, String path) throws IOException;
    }

    private final JsonGenerator json;

    GraphJson(JsonGenerator json) {
        this.json = json;
    }

    void write(Graph graph) throws IOException {
        json.writeObjectFieldStart("graph");
        section("operators", graph.root(), this::operators);
        section("tensors", graph.root(), this::tensors);
        section("repeats", graph.root(), this::blocks);
        json.writeEndObject();
    }

    private void section(String name, Scope root, Writing writing) throws IOException {
        json.writeArrayFieldStart(name);
        everywhere(root, "", writing);
        json.writeEndArray();
    }

    private static void everywhere(Scope scope, String path, Writing writing) throws IOException {
        writing.write(scope, path);
        for (Node node : scope.nodes()) {
            if (node instanceof UseNode use) {
                everywhere(use.scope(), path + use.name() + (use.repeats().isPresent() ? "[*]." : "."), writing);
            }
        }
    }

    private void operators(Scope scope, String path) throws IOException {
        for (Node node : scope.nodes()) {
            if (node instanceof OperatorNode operator) {
                json.writeStartObject();
                json.writeStringField("name", path + operator.name());
                json.writeStringField("kind", operator.operator().kind());
                names("inputs", path, operator.inputs());
                names("outputs", path, operator.outputs());
                json.writeObjectFieldStart("attributes");
                for (Map.Entry<String, Object> attribute :
                        OperatorAttributes.of(operator).entrySet()) {
                    json.writeFieldName(attribute.getKey());
                    value(attribute.getValue());
                }
                json.writeEndObject();
                json.writeStringField("source", operator.source().where());
                json.writeEndObject();
            }
        }
    }

    private void tensors(Scope scope, String path) throws IOException {
        for (ScopeInput input : scope.inputs()) {
            tensor(path, input.value());
        }
        for (Node node : scope.nodes()) {
            for (Value output : node.outputs()) {
                tensor(path, output);
            }
        }
    }

    private void tensor(String path, Value value) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", path + value.name());
        Shapes.write(json, value.type().sizes());
        json.writeStringField("dtype", value.type().element().name().toLowerCase(Locale.ROOT));
        json.writeEndObject();
    }

    private void blocks(Scope scope, String path) throws IOException {
        for (Node node : scope.nodes()) {
            if (node instanceof UseNode use) {
                json.writeStartObject();
                json.writeStringField("name", path + use.name());
                json.writeStringField("block", use.scope().typeName());
                json.writeNumberField("count", use.count());
                json.writeBooleanField("shared", use.shared());
                names("inputs", path, use.inputs());
                names("outputs", path, use.outputs());
                json.writeStringField("source", use.source().where());
                json.writeEndObject();
            }
        }
    }

    private void names(String field, String path, List<Value> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (Value value : values) {
            json.writeString(path + value.name());
        }
        json.writeEndArray();
    }

    private void value(Object value) throws IOException {
        if (value instanceof Long whole) {
            json.writeNumber(whole);
        } else if (value instanceof Double real) {
            json.writeNumber(Reals.text(real));
        } else if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else if (value instanceof List<?> values) {
            json.writeStartArray();
            for (Object each : values) {
                value(each);
            }
            json.writeEndArray();
        } else {
            json.writeString(String.valueOf(value));
        }
    }
}
