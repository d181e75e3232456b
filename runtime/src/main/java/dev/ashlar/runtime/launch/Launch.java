package dev.ashlar.runtime.launch;

import dev.ashlar.runtime.AshlarException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * Starts the ranks of a program on this host: {@code Launch --ranks N [--threads T] [--restarts R] MAIN_CLASS [ARGUMENTS…]}. They run on this process' Java
 * with its arguments and class path, find each other by torchrun's variables, and write with their rank before every line. The exit code is
 * that of the rank that failed first, or 0.
 *
 * <p>With restarts, all ranks are started again when one was killed or failed, unless by a mistake that would come again; the program sees
 * {@link Ranks#restarts()}. {@code --ranks 4,2} goes on with two where one of four was killed.
 */
@Command(
        name = "Launch",
        description = "starts the ranks of a program on this host",
        sortOptions = false,
        customSynopsis = "Launch --ranks N[,M...] [--threads T] [--restarts R] MAIN_CLASS [ARGUMENTS...]")
public final class Launch {
    private static final int MISTAKE = 2;
    private static final int FIRST_SIGNAL = 128;

    @Option(
            names = "--ranks",
            required = true,
            split = ",",
            description = "how many processes; \"4,2\" restarts on two when one of four is lost")
    private List<Integer> ranks = List.of();

    @Option(names = "--threads", description = "of one rank; this host's cores shared out if left out")
    private int threads;

    @Option(names = "--restarts", description = "how often the program is started again after a rank was lost")
    private int restarts;

    @Option(names = "--help", usageHelp = true, description = "prints this")
    private boolean help;

    @Parameters(arity = "1..*", description = "main class and its arguments")
    private List<String> program = List.of();

    private Launch() {}

    /** Ends with the exit code of the first rank that failed; 2 for a mistake on the command line. */
    public static void main(String[] arguments) throws InterruptedException {
        int code;
        try {
            code = run(arguments);
        } catch (AshlarException e) {
            System.err.println("error: " + e.getMessage());
            code = MISTAKE;
        }
        System.exit(code);
    }

    private static int run(String[] arguments) throws InterruptedException {
        Launch launch = new Launch();
        CommandLine line = new CommandLine(launch).setStopAtPositional(true);
        try {
            line.parseArgs(arguments);
        } catch (ParameterException e) {
            throw new AshlarException(e.getMessage() + "; --help lists the options", e);
        }
        if (line.isUsageHelpRequested()) {
            line.usage(System.out);
            return 0;
        }
        return launch.run();
    }

    private int run() throws InterruptedException {
        if (ranks.stream().anyMatch(n -> n < 1) || threads < 0 || restarts < 0) {
            throw new AshlarException("--ranks " + ranks + " --threads " + threads + " --restarts " + restarts
                    + " cannot be; give at least one rank, and no other count or a positive one");
        }
        int count = ranks.get(0);
        int code = start(count, 0);
        for (int restart = 1; restart <= restarts && code != 0 && code != MISTAKE; restart++) {
            count = next(count, code);
            System.err.println(
                    "restart " + restart + " of " + restarts + " on " + count + (count == 1 ? " rank" : " ranks"));
            code = start(count, restart);
        }
        return code;
    }

    private int start(int count, int restart) throws InterruptedException {
        int each = threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / count);
        Map<String, String> environment = Map.of(Ranks.RESTART_COUNT, Integer.toString(restart));
        return new RankProcesses(jvm(), environment, System.out, System.err).run(count, each, program);
    }

    /** The largest count that is planned for and does without the rank that was killed; a process that only failed is started again. */
    private int next(int count, int code) {
        int left = code > FIRST_SIGNAL ? count - 1 : count;
        return ranks.stream().filter(n -> n <= left).max(Integer::compare).orElse(count);
    }

    /** This process' own arguments, but for a debugger, which can have one process only. */
    private static List<String> jvm() {
        List<String> jvm = new ArrayList<>();
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!argument.startsWith("-agentlib:jdwp")) {
                jvm.add(argument);
            }
        }
        jvm.add("-cp");
        jvm.add(System.getProperty("java.class.path"));
        return jvm;
    }
}
