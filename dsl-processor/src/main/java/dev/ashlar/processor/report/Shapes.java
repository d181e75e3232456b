package dev.ashlar.processor.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

/** Shapes in JSON. */
final class Shapes {
    private Shapes() {}

    static void write(JsonGenerator json, List<Long> sizes) throws IOException {
        json.writeArrayFieldStart("shape");
        for (long size : sizes) {
            json.writeNumber(size);
        }
        json.writeEndArray();
    }
}
