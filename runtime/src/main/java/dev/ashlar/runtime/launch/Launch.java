package dev.ashlar.runtime.launch;

import dev.ashlar.runtime.AshlarException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * Starts the ranks of a program on this host: {@code Launch --ranks N [--threads T] MAIN_CLASS [ARGUMENTS…]}. They run on this process' Java
 * with its arguments and class path, find each other by torchrun's variables, and write with their rank before every line. The exit code is
 * that of the rank that failed first, or 0.
 */
@Command(
        name = "Launch",
        description = "starts the ranks of a program on this host",
        sortOptions = false,
        customSynopsis = "Launch --ranks N [--threads T] MAIN_CLASS [ARGUMENTS...]")
public final class Launch {
    private static final int MISTAKE = 2;

    @Option(names = "--ranks", required = true, description = "how many processes")
    private int ranks;

    @Option(names = "--threads", description = "of one rank; this host's cores shared out if left out")
    private int threads;

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
        if (ranks < 1 || threads < 0) {
            throw new AshlarException("--ranks " + ranks + " --threads " + threads
                    + " cannot be; give at least one rank, and no thread count or a positive one");
        }
        int each = threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / ranks);
        return new RankProcesses(jvm(), System.out, System.err).run(ranks, each, program);
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
