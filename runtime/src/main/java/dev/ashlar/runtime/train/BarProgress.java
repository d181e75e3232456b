package dev.ashlar.runtime.train;

import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar that moves, with the news behind it; notes scroll by above it. */
final class BarProgress implements Progress {
    private static final int UPDATE_MILLIS = 200;

    private final PlanInfo plan;
    private final ProgressBar bar;
    private String news = "";

    BarProgress(PlanInfo plan, long done, long steps) {
        this.plan = plan;
        this.bar = new ProgressBarBuilder()
                .setInitialMax(steps)
                .startsFrom(done, Duration.ZERO)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(System.out))
                .build();
    }

    @Override
    public void step(long done, double loss) {
        bar.stepTo(done);
        if (news.isEmpty()) {
            bar.setExtraMessage(String.format(Locale.ROOT, " loss %.4f", loss));
        }
    }

    @Override
    public void report(TrainingReport report) {
        news = " " + Progress.fewWords(report, plan);
        bar.setExtraMessage(news);
        if (report.heldOutLoss().isPresent()) {
            note("step " + report.step() + ": " + Progress.words(report, plan));
        }
    }

    @Override
    public void note(String line) {
        // Over the bar: it is drawn again at its next update.
        System.out.print("\r\u001b[K" + line + System.lineSeparator());
    }

    @Override
    public void close() {
        bar.close();
    }
}
