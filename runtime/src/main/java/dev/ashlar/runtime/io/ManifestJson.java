package dev.ashlar.runtime.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.io.Checkpoint.Manifest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The manifest of a checkpoint as JSON. */
final class ManifestJson {
    /** Before 2 there was one rank. */
    private static final long SCHEMA = 2;

    private ManifestJson() {}

    static void write(Path file, Manifest manifest) {
        WholeFiles.write(file, temporary -> {
            try (OutputStream out = Files.newOutputStream(temporary);
                    JsonGenerator json = new JsonFactory().createGenerator(out).useDefaultPrettyPrinter()) {
                json.writeStartObject();
                json.writeNumberField("schema", SCHEMA);
                json.writeStringField("model", manifest.model());
                json.writeStringField("modelHash", manifest.modelHash());
                json.writeStringField("planHash", manifest.planHash());
                json.writeNumberField("updates", manifest.updates());
                json.writeNumberField("passes", manifest.passes());
                json.writeNumberField("seed", manifest.seed());
                json.writeNumberField("dataPosition", manifest.dataPosition());
                json.writeNumberField("ranks", manifest.ranks());
                json.writeEndObject();
            }
        });
    }

    static Manifest read(Path file) {
        Map<String, String> texts = new HashMap<>();
        Map<String, Long> numbers = new HashMap<>();
        try (JsonParser json = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build()
                .createParser(Files.readAllBytes(file))) {
            require(file, json.nextToken() == JsonToken.START_OBJECT, "it is no JSON object");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (value == JsonToken.VALUE_STRING) {
                    texts.put(name, json.getText());
                } else {
                    require(
                            file,
                            value == JsonToken.VALUE_NUMBER_INT,
                            "'" + name + "' is neither text nor a whole number");
                    numbers.put(name, json.getLongValue());
                }
            }
        } catch (JsonProcessingException e) {
            throw damaged(file, e.getOriginalMessage());
        } catch (IOException e) {
            throw FileErrors.reading(file, e);
        }
        long schema = field(file, numbers, "schema");
        require(
                file,
                schema >= 1 && schema <= SCHEMA,
                "its schema is " + schema + ", this version reads up to " + SCHEMA);
        long ranks = schema == 1 ? 1 : field(file, numbers, "ranks");
        require(file, ranks >= 1 && ranks <= Integer.MAX_VALUE, "it claims " + ranks + " ranks");
        return new Manifest(
                field(file, texts, "model"),
                field(file, texts, "modelHash"),
                field(file, texts, "planHash"),
                field(file, numbers, "updates"),
                field(file, numbers, "passes"),
                field(file, numbers, "seed"),
                field(file, numbers, "dataPosition"),
                (int) ranks);
    }

    private static <T> T field(Path file, Map<String, T> fields, String name) {
        T value = fields.get(name);
        if (value == null) {
            throw damaged(file, "'" + name + "' is missing");
        }
        return value;
    }

    private static void require(Path file, boolean fine, String reason) {
        if (!fine) {
            throw damaged(file, reason);
        }
    }

    private static AshlarException damaged(Path file, String reason) {
        return new AshlarException(file + " is not a sound checkpoint: " + reason + "; resume from an older one");
    }
}
