package dev.ashlar.samples;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.train.Mains;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Reads a command line into an annotated command and runs it; every mistake is one line on stderr and exit code 2. */
public final class SampleMain {
    private SampleMain() {}

    /** Runs a command whose options are picocli's annotations, and ends the process if it fails. */
    public static void run(Callable<?> command, String[] arguments) {
        Mains.run(() -> {
            CommandLine line = new CommandLine(command);
            try {
                line.parseArgs(arguments);
            } catch (ParameterException e) {
                throw new AshlarException(e.getMessage() + "; --help lists the options", e);
            }
            if (line.isUsageHelpRequested()) {
                line.usage(System.out);
            } else {
                command.call();
            }
        });
    }
}
