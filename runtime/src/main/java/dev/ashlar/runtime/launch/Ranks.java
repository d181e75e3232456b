package dev.ashlar.runtime.launch;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.dist.Board;
import dev.ashlar.runtime.dist.Limits;
import dev.ashlar.runtime.dist.Mesh;
import dev.ashlar.runtime.dist.Rendezvous;
import dev.ashlar.runtime.dist.Transport;
import dev.ashlar.runtime.dist.Watch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which process of how many this one is, by the variables that torchrun sets: {@code RANK}, {@code WORLD_SIZE}, {@code MASTER_ADDR} and
 * {@code MASTER_PORT}. Without them there is one rank. {@code ASHLAR_START_SECONDS} and {@code ASHLAR_STEP_SECONDS} say how long ranks wait
 * for each other.
 */
public final class Ranks implements AutoCloseable {
    private static final String RANK = "RANK";
    private static final String LOCAL_RANK = "LOCAL_RANK";
    private static final String WORLD_SIZE = "WORLD_SIZE";
    private static final String MASTER_ADDR = "MASTER_ADDR";
    private static final String MASTER_PORT = "MASTER_PORT";
    private static final String START_SECONDS = "ASHLAR_START_SECONDS";
    private static final String STEP_SECONDS = "ASHLAR_STEP_SECONDS";
    /** Set by torchrun where its own agent, not rank 0, has opened the store. */
    private static final String AGENT_STORE = "TORCHELASTIC_USE_AGENT_STORE";

    /** How often a launcher has started this program again, as torchrun says it. */
    static final String RESTART_COUNT = "TORCHELASTIC_RESTART_COUNT";

    private final int rank;
    private final int worldSize;
    private final int localRank;
    private final String host;
    private final int port;
    private final boolean opensStore;
    private final Limits limits;
    private @Nullable Rendezvous rendezvous;
    private final int restarts;
    private int meshes;
    private int agreements;
    private int boards;

    private Ranks(
            int rank,
            int worldSize,
            int localRank,
            String host,
            int port,
            boolean opensStore,
            Limits limits,
            int restarts,
            @Nullable Rendezvous rendezvous) {
        this.rank = rank;
        this.worldSize = worldSize;
        this.localRank = localRank;
        this.host = host;
        this.port = port;
        this.opensStore = opensStore;
        this.limits = limits;
        this.restarts = restarts;
        this.rendezvous = rendezvous;
    }

    /** The only rank of one. */
    public static Ranks single() {
        return single(0);
    }

    private static Ranks single(int restarts) {
        return new Ranks(0, 1, 0, "", 0, false, Limits.defaults(), restarts, null);
    }

    /** One of several ranks that find each other at a place that this one has found already. */
    static Ranks at(Rendezvous rendezvous, int rank, int worldSize, Limits limits) {
        return new Ranks(rank, worldSize, rank, "", 0, false, limits, 0, rendezvous);
    }

    /**
     * Reads the environment of this process.
     *
     * @throws AshlarException if a variable is missing or not a number, or if the rank is not below the world size
     */
    public static Ranks fromEnvironment() {
        return from(System.getenv());
    }

    static Ranks from(Map<String, String> environment) {
        int worldSize = number(WORLD_SIZE, environment.get(WORLD_SIZE), 1);
        int rank = number(RANK, environment.get(RANK), 0);
        if (worldSize < 1 || rank < 0 || rank >= worldSize) {
            throw new AshlarException("RANK=" + rank + " and WORLD_SIZE=" + worldSize
                    + " do not fit together; ranks run from 0 to WORLD_SIZE - 1");
        }
        int restarts = number(RESTART_COUNT, environment.get(RESTART_COUNT), 0);
        if (worldSize == 1) {
            return single(restarts);
        }
        String host = environment.get(MASTER_ADDR);
        if (host == null || host.isBlank() || environment.get(MASTER_PORT) == null) {
            throw new AshlarException("WORLD_SIZE=" + worldSize + " without MASTER_ADDR and MASTER_PORT, where rank 0"
                    + " listens; set both, or start the process through a launcher");
        }
        int port = number(MASTER_PORT, environment.get(MASTER_PORT), 0);
        Limits limits = new Limits(
                seconds(START_SECONDS, environment, Limits.defaults().start()),
                seconds(STEP_SECONDS, environment, Limits.defaults().step()));
        boolean opens = rank == 0 && !"True".equals(environment.get(AGENT_STORE));
        int localRank = number(LOCAL_RANK, environment.get(LOCAL_RANK), 0);
        return new Ranks(rank, worldSize, localRank, host.strip(), port, opens, limits, restarts, null);
    }

    private static Duration seconds(String variable, Map<String, String> environment, Duration absent) {
        int seconds = number(variable, environment.get(variable), (int) absent.toSeconds());
        if (seconds < 1) {
            throw new AshlarException("the environment variable " + variable + " is " + seconds
                    + ", but ranks have to wait at least a second; unset it for " + absent.toSeconds());
        }
        return Duration.ofSeconds(seconds);
    }

    private static int number(String variable, @Nullable String text, int absent) {
        if (text == null || text.isBlank()) {
            return absent;
        }
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new AshlarException("the environment variable " + variable + " is '" + text
                    + "', which is not a whole number; unset it or start the process through a launcher");
        }
    }

    /** This process' rank, counted from 0. */
    public int rank() {
        return rank;
    }

    /** Which of this host's devices is this rank's: {@code LOCAL_RANK}, 0 without it. */
    public int localRank() {
        return localRank;
    }

    /** How many ranks train together. */
    public int worldSize() {
        return worldSize;
    }

    /**
     * Connects the ranks as a mesh, which the caller closes. All ranks have to ask for the same meshes in the same order.
     *
     * @param sizes of the axes, whose product is the world size
     * @throws AshlarException if not all ranks come in time
     */
    public Mesh mesh(List<Integer> sizes) {
        return mesh(sizes, Transport.host());
    }

    /** As {@link #mesh(List)}, with another transport than that of the host. */
    public Mesh mesh(List<Integer> sizes, Transport transport) {
        if (worldSize == 1) {
            return Mesh.single();
        }
        meshes++;
        Watch watch = Watch.start(board(), rank, worldSize);
        try {
            return Mesh.connect(rendezvous(), transport, "mesh " + meshes + ", ", sizes, rank, limits, watch);
        } catch (AshlarException e) {
            watch.close();
            throw e;
        }
    }

    /**
     * Requires that all ranks have the same, asked before they connect, so that no rank waits for one that has gone. All ranks have to ask
     * the same in the same order.
     *
     * @param what it is, in words
     * @throws AshlarException on all ranks if one has another than rank 0, or does not come in time
     */
    public void requireAgreement(String what, String value) {
        if (worldSize == 1) {
            return;
        }
        agreements++;
        String key = "agreement " + agreements + " of ";
        rendezvous().set(key + rank, value);
        String first = agreed(key, 0, what);
        for (int other = 1; other < worldSize; other++) {
            String theirs = agreed(key, other, what);
            if (!theirs.equals(first)) {
                throw new AshlarException(what + " is " + theirs + " on rank " + other + " but " + first
                        + " on rank 0; start all ranks from one build");
            }
        }
    }

    private String agreed(String key, int other, String what) {
        try {
            return rendezvous().get(key + other, limits.start());
        } catch (RuntimeException e) {
            throw new AshlarException(
                    "rank " + other + " did not come within " + limits.start().toSeconds() + " s to say what " + what
                            + " is; check whether it was started",
                    e);
        }
    }

    /** How often the program was started again because a rank was lost: from 1 on it continues from its last checkpoint. */
    public int restarts() {
        return restarts;
    }

    /** A board for notes among all ranks. All ranks have to ask for the same boards in the same order. */
    public Board board() {
        boards++;
        return worldSize == 1 ? Board.single() : Board.of(rendezvous(), "board " + boards);
    }

    /** How long ranks wait for each other. */
    public Limits limits() {
        return limits;
    }

    private Rendezvous rendezvous() {
        Rendezvous known = rendezvous;
        if (known == null) {
            known = opensStore
                    ? Rendezvous.open(host, port, limits.start())
                    : Rendezvous.join(host, port, limits.start());
            rendezvous = known;
        }
        return known;
    }

    /** Forgets the store, which stays open for the others as long as its process lives. */
    @Override
    public void close() {
        rendezvous = null;
    }
}
