package dev.ashlar.runtime.launch;

import dev.ashlar.runtime.AshlarException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Ranks as processes on this host. When one fails, it is named and all others are ended. */
final class RankProcesses {
    private static final String LOOPBACK = "127.0.0.1";
    /** What a rank ends with that failed because another did. */
    private static final int PEER = 3;
    /** How long a rank that fails on its own account may be behind those that miss it. */
    private static final long GRACE_SECONDS = 5;

    /** How long a rank that is told to end may take; one that is stopped cannot be told. */
    private static final long STOP_SECONDS = 2;

    private static final int FIRST_SIGNAL = 128;
    /** Gloo itself says so much on every connection. */
    private static final String NOISE = "[Gloo] Rank ";

    private final List<String> jvm;
    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream errors;
    private final List<Process> processes = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private final BlockingQueue<Ended> ends = new LinkedBlockingQueue<>();

    private record Ended(int rank, int code) {}

    /**
     * @param jvm arguments of a Java process up to its main class
     * @param environment that ranks have beside this process' own
     */
    RankProcesses(List<String> jvm, Map<String, String> environment, PrintStream out, PrintStream errors) {
        this.jvm = List.copyOf(jvm);
        this.environment = Map.copyOf(environment);
        this.out = out;
        this.errors = errors;
    }

    /**
     * Runs a program on every rank and waits for all.
     *
     * @param threads of one rank
     * @param program main class and arguments
     * @return 0, or the exit code of the rank that failed first
     */
    int run(int ranks, int threads, List<String> program) throws InterruptedException {
        Thread hook = new Thread(this::stop);
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            warmUp();
            int port = freePort();
            for (int rank = 0; rank < ranks; rank++) {
                start(rank, ranks, threads, port, program);
            }
            return await(ranks);
        } finally {
            stop();
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private void warmUp() throws InterruptedException {
        List<String> command = command(List.of(WarmUp.class.getName()));
        int code = start(new ProcessBuilder(command).inheritIO()).waitFor();
        if (code != 0) {
            throw new AshlarException("the native libraries do not load (exit code " + code
                    + "); check that the class path has libtorch for this platform");
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command(List<String> program) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(program);
        return command;
    }

    private static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new AshlarException(
                    "a process cannot be started: " + e.getMessage() + "; free memory or processes", e);
        }
    }

    private void start(int rank, int ranks, int threads, int port, List<String> program) {
        ProcessBuilder builder = new ProcessBuilder(command(program));
        Map<String, String> variables = builder.environment();
        variables.putAll(environment);
        variables.put("RANK", Integer.toString(rank));
        variables.put("LOCAL_RANK", Integer.toString(rank));
        variables.put("WORLD_SIZE", Integer.toString(ranks));
        variables.put("LOCAL_WORLD_SIZE", Integer.toString(ranks));
        variables.put("MASTER_ADDR", LOOPBACK);
        variables.put("MASTER_PORT", Integer.toString(port));
        variables.put("OMP_NUM_THREADS", Integer.toString(threads));
        variables.put("OMP_WAIT_POLICY", "passive");
        variables.put("OPENBLAS_NUM_THREADS", "1");
        Process process = start(builder);
        synchronized (processes) {
            processes.add(process);
        }
        process.onExit().thenAccept(ended -> ends.add(new Ended(rank, ended.exitValue())));
        read(rank, process.getInputStream(), out);
        read(rank, process.getErrorStream(), errors);
    }

    private void read(int rank, InputStream stream, PrintStream to) {
        Thread reader = new Thread(() -> copy(rank, stream, to), "output of rank " + rank);
        reader.setDaemon(true);
        reader.start();
        readers.add(reader);
    }

    private static void copy(int rank, InputStream stream, PrintStream to) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith(NOISE)) {
                    to.println("[rank " + rank + "] " + line);
                }
            }
        } catch (IOException e) {
            // the process was ended while it wrote
        }
    }

    private int await(int ranks) throws InterruptedException {
        Optional<Ended> missedPeer = Optional.empty();
        int running = ranks;
        while (running > 0) {
            Ended ended = missedPeer.isPresent() ? ends.poll(GRACE_SECONDS, TimeUnit.SECONDS) : ends.take();
            if (ended == null) {
                return ended(missedPeer.get(), running, running);
            }
            running--;
            if (ended.code() == PEER && missedPeer.isEmpty()) {
                missedPeer = Optional.of(ended);
            } else if (ended.code() != 0 && ended.code() != PEER) {
                return failed(ended, running);
            }
        }
        return missedPeer.isPresent() ? failed(missedPeer.get(), running) : allFine();
    }

    private int allFine() throws InterruptedException {
        for (Thread reader : readers) {
            reader.join();
        }
        return 0;
    }

    /** The others are about to see it for themselves, and to say where they were. */
    private int failed(Ended first, int running) throws InterruptedException {
        int left = running;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
        while (left > 0 && ends.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS) != null) {
            left--;
        }
        return ended(first, running, left);
    }

    private int ended(Ended first, int running, int left) throws InterruptedException {
        stop();
        for (Thread reader : readers) {
            reader.join();
        }
        String how = first.code() > FIRST_SIGNAL
                ? " was killed by signal " + (first.code() - FIRST_SIGNAL)
                : first.code() == PEER
                        ? " missed another rank, which did not fail by itself"
                        : " failed with exit code " + first.code();
        String others = running == 0
                ? "no rank was left"
                : left == 0 ? "the others ended too" : "the " + left + " that still ran were ended";
        errors.println("error: rank " + first.rank() + how + "; " + others);
        return first.code();
    }

    private void stop() {
        List<Process> all;
        synchronized (processes) {
            all = List.copyOf(processes);
        }
        all.forEach(Process::destroy);
        for (Process process : all) {
            try {
                if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
