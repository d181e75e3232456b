package dev.ashlar.runtime.train;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Locale;

/** Shows a person how training goes. */
interface Progress extends AutoCloseable {
    /** Bytes. */
    double MEBIBYTE = 1 << 20;

    /** So many updates are done, with this loss. */
    void step(long done, double loss);

    /** A line's worth of news. */
    void report(TrainingReport report);

    /** Something that happens once, such as a checkpoint. */
    void note(String line);

    @Override
    void close();

    /** A bar on a terminal, lines elsewhere, nothing if silent. */
    static Progress open(PlanInfo plan, long done, long steps, boolean silent) {
        if (silent) {
            return new LineProgress(plan, new PrintStream(OutputStream.nullOutputStream()));
        }
        return Terminal.interactive() ? new BarProgress(plan, done, steps) : new LineProgress(plan, System.out);
    }

    /** For example {@code loss 2.3412, 12345 tokens/s, peak 23.1 MiB of 24.0 MiB planned}. */
    static String words(TrainingReport report, PlanInfo plan) {
        StringBuilder words = new StringBuilder();
        words.append(String.format(Locale.ROOT, "loss %.4f", report.loss()));
        if (report.heldOutLoss().isPresent()) {
            words.append(String.format(
                    Locale.ROOT, ", held out %.4f", report.heldOutLoss().getAsDouble()));
        }
        words.append(String.format(Locale.ROOT, ", %.0f %s/s", report.itemsPerSecond(), report.items()));
        words.append(", ");
        if (report.peakBytes().isPresent()) {
            words.append("peak ")
                    .append(mebibytes(report.peakBytes().getAsLong()))
                    .append(" of ");
        }
        return words.append(mebibytes(plan.peakBytes())).append(" planned").toString();
    }

    /** The same for a bar that shares 80 columns with it: {@code loss 2.3412 12345 tokens/s 23/24 MiB}. */
    static String fewWords(TrainingReport report, PlanInfo plan) {
        String planned = String.format(Locale.ROOT, "%.0f MiB", Math.ceil(plan.peakBytes() / MEBIBYTE));
        String measured = report.peakBytes().isPresent()
                ? String.format(
                        Locale.ROOT, "%.0f/", Math.ceil(report.peakBytes().getAsLong() / MEBIBYTE))
                : "";
        return String.format(
                Locale.ROOT,
                "loss %.4f %.0f %s/s %s",
                report.loss(),
                report.itemsPerSecond(),
                report.items(),
                measured + planned);
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE);
    }

    /** One line a report, for logs and pipes. */
    final class LineProgress implements Progress {
        private final PlanInfo plan;
        private final PrintStream out;

        LineProgress(PlanInfo plan, PrintStream out) {
            this.plan = plan;
            this.out = out;
        }

        @Override
        public void step(long done, double loss) {}

        @Override
        public void report(TrainingReport report) {
            out.println("step " + report.step() + "/" + report.steps() + ": " + words(report, plan));
        }

        @Override
        public void note(String line) {
            out.println(line);
        }

        @Override
        public void close() {
            out.flush();
        }
    }
}
