package dev.ashlar.processor.device;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A value of a JSON text that knows where it begins. */
sealed interface Json {
    /** {@code "line 3, column 14"}. */
    String at();

    /** What it is, for messages. */
    String what();

    /** Fields in order of the text. */
    record Fields(String at, Map<String, Json> fields) implements Json {
        @Override
        public String what() {
            return "an object";
        }
    }

    /** A list. */
    record Items(String at, List<Json> items) implements Json {
        private static final int SHOWN = 3;

        @Override
        public String what() {
            String first = items.stream().limit(SHOWN).map(Json::what).collect(Collectors.joining(", "));
            return items.size() > SHOWN ? "[" + first + ", …]" : "[" + first + "]";
        }
    }

    /** A text. */
    record Text(String at, String text) implements Json {
        @Override
        public String what() {
            return "\"" + text + "\"";
        }
    }

    /**
     * A number.
     *
     * @param whole whether it is written without a fraction and fits a long
     */
    record Number(String at, String text, boolean whole) implements Json {
        @Override
        public String what() {
            return text;
        }
    }

    /** {@code true}, {@code false} or {@code null}. */
    record Word(String at, String what) implements Json {}

    /**
     * Reads one value, which must be all there is.
     *
     * @param utf8 the text in UTF-8
     * @throws Unreadable if it is no JSON, or has a field twice
     */
    static Json read(byte[] utf8) throws Unreadable {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (JsonParser json = factory.createParser(utf8)) {
            if (json.nextToken() == null) {
                throw new Unreadable("line 1, column 1", "it is empty");
            }
            Json value = value(json);
            if (json.nextToken() != null) {
                throw new Unreadable(at(json.currentTokenLocation()), "something follows the object");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new Unreadable(at(e.getLocation()), firstLine(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new Unreadable("line 1, column 1", firstLine(String.valueOf(e.getMessage())));
        }
    }

    /** It is no JSON. */
    final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        private final String at;

        Unreadable(String at, String message) {
            super(message, null, false, false);
            this.at = at;
        }

        String at() {
            return at;
        }
    }

    private static Json value(JsonParser json) throws IOException {
        String at = at(json.currentTokenLocation());
        return switch (json.currentToken()) {
            case START_OBJECT -> {
                Map<String, Json> fields = new LinkedHashMap<>();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    json.nextToken();
                    fields.put(name, value(json));
                }
                yield new Fields(at, fields);
            }
            case START_ARRAY -> {
                List<Json> items = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(json));
                }
                yield new Items(at, items);
            }
            case VALUE_NUMBER_INT ->
                new Number(at, json.getText(), json.getNumberType() != JsonParser.NumberType.BIG_INTEGER);
            case VALUE_NUMBER_FLOAT -> new Number(at, json.getText(), false);
            case VALUE_STRING -> new Text(at, json.getText());
            default -> new Word(at, json.getText());
        };
    }

    private static String at(JsonLocation location) {
        return "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse(message);
    }
}
