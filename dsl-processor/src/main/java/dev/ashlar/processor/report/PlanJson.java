package dev.ashlar.processor.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import dev.ashlar.processor.device.Collective;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.MeshAxis;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.device.Origin;
import dev.ashlar.processor.plan.Evidence;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.processor.plan.RecomputedSegment;
import dev.ashlar.processor.plan.Tradeoff;
import dev.ashlar.processor.program.MemoryPoint;
import dev.ashlar.processor.program.MemoryProfile;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;

/**
 * A plan as JSON, schema 1: keys always in the same order, bytes and nanoseconds as whole numbers, no clock times, so that equal plans
 * are equal bytes.
 */
public final class PlanJson {
    private static final int SCHEMA = 1;

    private final Plan plan;
    private final String ashlarVersion;

    private PlanJson(Plan plan, String ashlarVersion) {
        this.plan = plan;
        this.ashlarVersion = ashlarVersion;
    }

    /** The text; lines end with {@code \n} on every machine. */
    public static String text(Plan plan, String ashlarVersion) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(printer());
            new PlanJson(plan, ashlarVersion).write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot fail", e);
        }
        return text.append('\n').toString();
    }

    private static DefaultPrettyPrinter printer() {
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        return new DefaultPrettyPrinter(
                        Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER))
                .withObjectIndenter(lines);
    }

    static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }

    private void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("schema", SCHEMA);
        json.writeStringField("ashlarVersion", ashlarVersion);
        json.writeStringField("model", plan.spec().model().qualifiedName());
        json.writeStringField("plan", plan.spec().qualifiedName());
        json.writeStringField("modelHash", plan.modelHash());
        json.writeStringField("planHash", plan.planHash());
        mesh(json);
        device(json);
        memory(json);
        json.writeNumberField("microBatches", plan.program().graph().form().microBatches());
        json.writeStringField("update", plan.program().graph().form().updateInBackward() ? "inBackward" : "atEnd");
        json.writeNumberField("lossChunks", plan.program().graph().form().lossChunks());
        time(json);
        proof(json);
        pareto(json);
        new GraphJson(json).write(plan.model().graph());
        new OperatorJson(json).parameters(plan.parameters(), plan.target());
        new OperatorJson(json).operators(plan.operators());
        new CollectiveJson(json).write(plan);
        recompute(json);
        timeline(json);
        json.writeEndObject();
    }

    private void mesh(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("mesh");
        json.writeArrayFieldStart("shape");
        for (int size : plan.target().mesh().shape()) {
            json.writeNumber(size);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("axes");
        for (MeshAxis axis : plan.target().mesh().axes()) {
            Link link = axis.link();
            json.writeStartObject();
            json.writeNumberField("size", axis.size());
            json.writeStringField("link", link.name());
            json.writeNumberField("alphaNanos", nanos(link.alphaSeconds()));
            json.writeNumberField("bytesPerSecond", Math.round(link.bytesPerSecond()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void device(JsonGenerator json) throws IOException {
        Device device = plan.target().device();
        json.writeObjectFieldStart("device");
        json.writeStringField("name", device.name());
        json.writeNumberField("memoryBytes", device.memoryBytes());
        json.writeNumberField("fixedBytes", device.fixedBytes());
        json.writeObjectFieldStart("flopsPerSecond");
        for (Map.Entry<NumberFormat, Double> rate : device.flopsPerSecond().entrySet()) {
            json.writeNumberField(rate.getKey().name().toLowerCase(Locale.ROOT), Math.round(rate.getValue()));
        }
        json.writeEndObject();
        json.writeNumberField("bytesPerSecond", Math.round(device.bytesPerSecond()));
        json.writeNumberField("launchNanos", nanos(device.launchSeconds()));
        if (device.calibration().origin().isPresent()) {
            json.writeNumberField("libraryBytes", device.calibration().libraryBytes());
            json.writeNumberField("groupBytes", plan.target().groupBytes());
            json.writeNumberField("hostNanos", nanos(device.calibration().hostSeconds()));
            json.writeObjectFieldStart("kappa");
            for (Collective kind : Collective.values()) {
                json.writeNumberField(kind.key(), device.calibration().kappa(kind));
            }
            json.writeEndObject();
            origin(json, device.calibration().origin().get());
        }
        json.writeEndObject();
    }

    /** Where a profile was measured; datasheets have no such place. */
    private static void origin(JsonGenerator json, Origin origin) throws IOException {
        json.writeStringField("machine", origin.machine());
        json.writeStringField("date", origin.date().toString());
        json.writeObjectFieldStart("libraries");
        for (Map.Entry<String, String> library : origin.libraries().entrySet()) {
            json.writeStringField(library.getKey(), library.getValue());
        }
        json.writeEndObject();
    }

    private void memory(JsonGenerator json) throws IOException {
        MemoryProfile memory = plan.memory();
        json.writeObjectFieldStart("memory");
        json.writeNumberField("budgetBytes", plan.target().budgetBytes());
        json.writeNumberField("deviceBytes", plan.deviceBytes());
        json.writeNumberField("takenBytes", plan.takenBytes());
        json.writeNumberField("peakBytes", memory.peakBytes());
        json.writeStringField("peakAt", memory.peakAt());
        json.writeNumberField("parameterBytes", memory.parameterBytes());
        json.writeNumberField("gradientBytes", memory.gradientBytes());
        json.writeNumberField("optimizerBytes", memory.optimizerBytes());
        json.writeNumberField("smallestFeasibleBytes", plan.evidence().smallestFeasibleBytes());
        json.writeEndObject();
    }

    private void time(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("time");
        json.writeNumberField("stepNanos", nanos(plan.time().seconds()));
        json.writeNumberField(
                "computeNanos", nanos(plan.time().computeSeconds() + plan.time().updateSeconds()));
        json.writeNumberField("communicationNanos", nanos(plan.time().communicationSeconds()));
        json.writeNumberField("exposedCommunicationNanos", nanos(plan.time().exposedSeconds()));
        json.writeNumberField("recomputeNanos", nanos(plan.time().recomputeSeconds()));
        json.writeEndObject();
    }

    private void proof(JsonGenerator json) throws IOException {
        Evidence evidence = plan.evidence();
        json.writeObjectFieldStart("proof");
        // Rounded, a bound that is met could come out above what meets it.
        json.writeNumberField(
                "lowerBoundNanos", Math.min(nanos(plan.time().seconds()), nanos(evidence.lowerBoundSeconds())));
        json.writeNumberField("gap", evidence.gap());
        json.writeObjectFieldStart("certificate");
        json.writeStringField("kind", evidence.kind());
        json.writeNumberField("prices", evidence.prices());
        json.writeEndObject();
        json.writeEndObject();
    }

    private void pareto(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("pareto");
        for (Tradeoff tradeoff : plan.evidence().tradeoffs()) {
            json.writeStartObject();
            json.writeNumberField("budgetBytes", tradeoff.budgetBytes());
            json.writeNumberField("stepNanos", nanos(tradeoff.stepSeconds()));
            json.writeNumberField("gap", tradeoff.gap());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void recompute(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("recompute");
        for (RecomputedSegment segment : RecomputedSegment.of(plan.operators())) {
            json.writeStartObject();
            json.writeStringField("segment", segment.name());
            json.writeArrayFieldStart("tensors");
            for (String tensor : segment.tensors()) {
                json.writeString(tensor);
            }
            json.writeEndArray();
            json.writeNumberField("bytes", segment.bytes());
            json.writeNumberField("nanos", nanos(segment.seconds()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void timeline(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("timeline");
        for (MemoryPoint point : plan.memory().points()) {
            json.writeStartObject();
            json.writeNumberField("index", point.index());
            json.writeStringField("phase", point.phase());
            json.writeStringField("at", point.at());
            json.writeNumberField("bytes", point.bytes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
