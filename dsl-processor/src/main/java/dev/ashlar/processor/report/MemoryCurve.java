package dev.ashlar.processor.report;

import dev.ashlar.processor.device.Memory;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.processor.program.MemoryPoint;
import java.util.List;
import javax.xml.stream.XMLStreamException;

/** Memory over one step as a drawing: one bar for every point of the timeline, its name where the pointer rests. */
final class MemoryCurve {
    private static final int WIDTH = 1100;
    private static final int HEIGHT = 220;
    private static final int MARGIN = 18;

    private final Plan plan;
    private final List<MemoryPoint> points;
    private final long most;

    MemoryCurve(Plan plan) {
        this.plan = plan;
        List<MemoryPoint> all = plan.memory().points();
        List<MemoryPoint> step = all.stream()
                .filter(p -> !p.phase().equals("losses") && !p.phase().equals("outputs"))
                .toList();
        points = step.isEmpty() ? all : step;
        most = Math.max(1, points.stream().mapToLong(MemoryPoint::bytes).max().orElse(1));
    }

    void write(Markup page) throws XMLStreamException {
        page.open(
                "svg",
                "viewBox",
                "0 0 " + WIDTH + " " + (HEIGHT + 2 * MARGIN),
                "width",
                Integer.toString(WIDTH),
                "role",
                "img");
        double width = (double) WIDTH / Math.max(1, points.size());
        for (int i = 0; i < points.size(); i++) {
            MemoryPoint point = points.get(i);
            page.open(
                    "rect",
                    "x",
                    number(i * width),
                    "y",
                    number(MARGIN + top(point.bytes())),
                    "width",
                    number(width),
                    "height",
                    number(HEIGHT - top(point.bytes())),
                    "fill",
                    colour(point.phase()));
            page.element("title", point.phase() + " " + point.at() + ": " + Memory.text(point.bytes()))
                    .close();
        }
        long always = plan.memory().staticBytes();
        page.empty(
                "line",
                "x1",
                "0",
                "x2",
                Integer.toString(WIDTH),
                "y1",
                number(MARGIN + top(always)),
                "y2",
                number(MARGIN + top(always)),
                "stroke",
                "#000",
                "stroke-dasharray",
                "4");
        label(page, MARGIN - 4, "peak " + Memory.text(most));
        label(
                page,
                HEIGHT + 2 * MARGIN - 4,
                "forward blue, backward orange, update green; below the line parameters and optimizer state, "
                        + Memory.text(always));
        page.close();
    }

    private static void label(Markup page, int y, String text) throws XMLStreamException {
        page.element("text", text, "x", "0", "y", Integer.toString(y), "font-size", "12");
    }

    private double top(long bytes) {
        return HEIGHT - (double) HEIGHT * bytes / most;
    }

    private static String colour(String phase) {
        return switch (phase) {
            case "backward" -> "#e08214";
            case "update" -> "#4d9221";
            default -> "#4393c3";
        };
    }

    private static String number(double value) {
        long hundredths = Math.round(100 * value);
        long rest = hundredths % 100;
        return hundredths / 100 + (rest < 10 ? ".0" : ".") + rest;
    }
}
