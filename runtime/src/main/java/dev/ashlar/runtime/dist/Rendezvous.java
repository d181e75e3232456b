package dev.ashlar.runtime.dist;

import dev.ashlar.runtime.AshlarException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.gloo.Device;

/** A small key-value store through which ranks find each other: on one host, or in a file that all of them see. */
public final class Rendezvous {
    private static final int LARGEST_PORT = 0xffff;
    private static final String LOOPBACK = "127.0.0.1";

    private final String host;
    private final Store store;

    private Rendezvous(String host, Store store) {
        this.host = host;
        this.store = store;
    }

    /**
     * Opens the store on this host and connects to it.
     *
     * @throws AshlarException if the port is taken
     */
    public static Rendezvous open(String host, int port, Duration timeout) {
        return connect(host, port, true, timeout);
    }

    /**
     * Connects to the store that another process has opened, or is about to.
     *
     * @throws AshlarException if there is none within the time
     */
    public static Rendezvous join(String host, int port, Duration timeout) {
        return connect(host, port, false, timeout);
    }

    private static Rendezvous connect(String host, int port, boolean server, Duration timeout) {
        if (port < 1 || port > LARGEST_PORT) {
            throw new AshlarException("the port " + port + " is outside [1, " + LARGEST_PORT + "]; choose another");
        }
        try (TCPStoreOptions options = new TCPStoreOptions();
                Milliseconds patience = milliseconds(timeout)) {
            options.port((short) port).isServer(server).waitWorkers(false).timeout(patience);
            TCPStore raw = new TCPStore(host, options);
            return new Rendezvous(host, counted(raw));
        } catch (RuntimeException e) {
            String verb = server ? "cannot listen at " : "finds nobody at ";
            throw new AshlarException(
                    "this rank " + verb + host + ":" + port + " within " + timeout.toSeconds()
                            + " s; check MASTER_ADDR and MASTER_PORT, and whether rank 0 runs: " + firstLine(e),
                    e);
        }
    }

    /**
     * Shares a file among ranks on this host.
     *
     * @param file empty or not there; the caller deletes it when no rank needs it any more
     */
    public static Rendezvous file(Path file, int ranks) {
        return new Rendezvous(LOOPBACK, counted(new FileStore(file.toString(), ranks)));
    }

    /**
     * The presets hand out stores that nobody counts; the first consumer adopts them and the second aborts the process. What a prefix
     * store adopted comes back counted. The prefix store itself stays, uncounted, as long as the process.
     */
    private static Store counted(Store raw) {
        PrefixStore adopter = new PrefixStore("", raw);
        raw.deallocate(false);
        Store store = adopter.getUnderlyingStore();
        adopter.deallocate(false);
        return store;
    }

    static Milliseconds milliseconds(Duration duration) {
        return new Milliseconds(duration.toMillis());
    }

    static String firstLine(RuntimeException e) {
        String line =
                String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
        return line.replaceFirst("^\\[\\S+:\\d+\\] ", ""); // the place in Gloo's source
    }

    /** Sets a value. */
    public void set(String key, String value) {
        store.set(key, value);
    }

    /** Whether a key has a value. */
    public boolean has(String key) {
        try (StringVector keys = new StringVector(key)) {
            return store.check(keys);
        }
    }

    /** The value of a key, if it has one. */
    Optional<String> find(String key) {
        return has(key) ? Optional.of(store.get_to_str(key)) : Optional.empty();
    }

    /**
     * The value of a key, once it has one.
     *
     * @throws PeerException if it has none within the time
     */
    public String get(String key, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        Optional<String> value = find(key);
        while (value.isEmpty()) {
            if (System.nanoTime() - end > 0) {
                throw new PeerException("nobody has set '" + key + "' within " + timeout.toSeconds() + " s");
            }
            Board.pause();
            value = find(key);
        }
        return value.get();
    }

    /** A part of the store for one process group; to be closed after it. */
    Store part(String prefix) {
        return counted(new PrefixStore(prefix, store));
    }

    /** The network device that reaches the other ranks. */
    Device device() {
        String named = System.getenv("GLOO_SOCKET_IFNAME");
        if (isLoopback()) {
            return ProcessGroupGloo.createDeviceForHostname(LOOPBACK);
        }
        return named == null || named.isBlank()
                ? ProcessGroupGloo.createDefaultDevice()
                : ProcessGroupGloo.createDeviceForInterface(named.strip());
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
