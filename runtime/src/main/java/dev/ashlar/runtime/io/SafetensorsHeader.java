package dev.ashlar.runtime.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON header of a safetensors file: which tensor lies where in the bytes behind it.
 *
 * @param tensors in order of their names; offsets count from the end of the header
 */
record SafetensorsHeader(TreeMap<String, Stored> tensors, Map<String, String> metadata) {
    private static final String METADATA = "__metadata__";

    /** One tensor's place: bytes [begin, end) behind the header. */
    record Stored(StoredType type, List<Long> shape, long begin, long end) {

        long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    /** Says why a header is refused; the file's name is put before it. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String reason) {
            super(reason);
        }
    }

    /**
     * Reads and checks a header.
     *
     * @param dataBytes how many bytes the file has behind the header; the tensors must fill them without gap or overlap
     */
    static SafetensorsHeader parse(byte[] json, long dataBytes) throws Refused {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (JsonParser parser = factory.createParser(json)) {
            SafetensorsHeader header = parse(parser);
            header.requireTiling(dataBytes);
            return header;
        } catch (JsonProcessingException e) {
            throw new Refused("its header is not valid JSON (" + e.getOriginalMessage() + ")");
        } catch (IOException e) {
            throw new Refused("its header is not valid UTF-8 JSON (" + e.getMessage() + ")");
        }
    }

    private static SafetensorsHeader parse(JsonParser parser) throws IOException, Refused {
        TreeMap<String, Stored> tensors = new TreeMap<>();
        Map<String, String> metadata = new TreeMap<>();
        require(parser.nextToken() == JsonToken.START_OBJECT, "its header is not a JSON object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            require(parser.nextToken() == JsonToken.START_OBJECT, "the entry '" + name + "' is not a JSON object");
            if (name.equals(METADATA)) {
                readMetadata(parser, metadata);
            } else {
                tensors.put(name, readStored(name, parser));
            }
        }
        require(parser.nextToken() == null, "its header goes on behind the JSON object");
        return new SafetensorsHeader(tensors, metadata);
    }

    private static void readMetadata(JsonParser parser, Map<String, String> metadata) throws IOException, Refused {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            require(parser.nextToken() == JsonToken.VALUE_STRING, "the metadata '" + key + "' is not a string");
            metadata.put(key, parser.getText());
        }
    }

    private static Stored readStored(String name, JsonParser parser) throws IOException, Refused {
        @Nullable String type = null;
        @Nullable List<Long> shape = null;
        @Nullable List<Long> offsets = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "dtype" -> type = parser.getValueAsString();
                case "shape" -> shape = readSizes(name, field, parser);
                case "data_offsets" -> offsets = readSizes(name, field, parser);
                default -> throw new Refused("the tensor '" + name + "' has an unknown field '" + field + "'");
            }
        }
        if (type == null || shape == null || offsets == null) {
            throw new Refused("the tensor '" + name + "' lacks one of dtype, shape and data_offsets");
        }
        require(offsets.size() == 2, "the tensor '" + name + "' has " + offsets.size() + " data_offsets and not 2");
        return checked(name, new Stored(type(name, type), shape, offsets.get(0), offsets.get(1)));
    }

    private static List<Long> readSizes(String name, String field, JsonParser parser) throws IOException, Refused {
        require(parser.currentToken() == JsonToken.START_ARRAY, "the " + field + " of '" + name + "' is not an array");
        List<Long> sizes = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(
                    parser.currentToken() == JsonToken.VALUE_NUMBER_INT,
                    "the " + field + " of '" + name + "' has an entry that is not a whole number");
            long size = parser.getLongValue();
            require(size >= 0, "the " + field + " of '" + name + "' has the negative entry " + size);
            sizes.add(size);
        }
        return List.copyOf(sizes);
    }

    private static StoredType type(String name, String type) throws Refused {
        for (StoredType known : StoredType.values()) {
            if (known.name().equals(type)) {
                return known;
            }
        }
        throw new Refused("the tensor '" + name + "' has the dtype '" + type + "', which is not one of "
                + List.of(StoredType.values()));
    }

    private static Stored checked(String name, Stored stored) throws Refused {
        require(stored.begin() <= stored.end(), "the tensor '" + name + "' ends before it begins");
        long bytes;
        try {
            bytes = Math.multiplyExact(stored.elements(), stored.type().bytes());
        } catch (ArithmeticException e) {
            throw new Refused("the shape " + stored.shape() + " of '" + name + "' overflows");
        }
        require(
                bytes == stored.end() - stored.begin(),
                "the tensor '" + name + "' of type " + stored.type() + " and shape " + stored.shape() + " needs "
                        + bytes + " bytes, but its data_offsets span " + (stored.end() - stored.begin()));
        return stored;
    }

    private void requireTiling(long dataBytes) throws Refused {
        List<Map.Entry<String, Stored>> inOrder = new ArrayList<>(tensors.entrySet());
        inOrder.sort(Comparator.comparingLong(
                        (Map.Entry<String, Stored> e) -> e.getValue().begin())
                .thenComparingLong(e -> e.getValue().end()));
        long end = 0;
        for (Map.Entry<String, Stored> entry : inOrder) {
            Stored stored = entry.getValue();
            require(stored.begin() >= end, "the tensor '" + entry.getKey() + "' overlaps another");
            require(stored.begin() == end, "there is a gap before the tensor '" + entry.getKey() + "'");
            end = stored.end();
        }
        require(
                end <= dataBytes,
                "it is cut off: its tensors need " + end + " bytes, but only " + dataBytes + " are there");
        require(end == dataBytes, "it has " + (dataBytes - end) + " bytes behind its last tensor");
    }

    private static void require(boolean fine, String reason) throws Refused {
        if (!fine) {
            throw new Refused(reason);
        }
    }

    /** The header as JSON, padded with spaces so that the data behind it is aligned to 8 bytes. */
    byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            for (Map.Entry<String, Stored> entry : tensors.entrySet()) {
                write(json, entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // an array in memory cannot fail
        }
        while (bytes.size() % Long.BYTES != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, String name, Stored stored) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("dtype", stored.type().name());
        json.writeArrayFieldStart("shape");
        for (long size : stored.shape()) {
            json.writeNumber(size);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("data_offsets");
        json.writeNumber(stored.begin());
        json.writeNumber(stored.end());
        json.writeEndArray();
        json.writeEndObject();
    }
}
