package dev.ashlar.runtime.launch;

import dev.ashlar.runtime.AshlarException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which process of how many this one is, by the variables that torchrun sets: {@code RANK} and {@code WORLD_SIZE}. Without them there is one
 * rank. This version runs one rank only.
 */
public final class Ranks implements AutoCloseable {
    private static final String RANK = "RANK";
    private static final String WORLD_SIZE = "WORLD_SIZE";

    private final int rank;
    private final int worldSize;

    private Ranks(int rank, int worldSize) {
        this.rank = rank;
        this.worldSize = worldSize;
    }

    /** The only rank of one. */
    public static Ranks single() {
        return new Ranks(0, 1);
    }

    /**
     * Reads the environment of this process.
     *
     * @throws AshlarException if a variable is not a number, if the rank is not below the world size, or if there is more than one rank
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
        if (worldSize != 1) {
            throw new AshlarException("WORLD_SIZE=" + worldSize
                    + ", but this version of Ashlar runs one rank; start one process, without torchrun's variables");
        }
        return new Ranks(rank, worldSize);
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

    /** How many ranks train together. */
    public int worldSize() {
        return worldSize;
    }

    /** Nothing to leave with one rank. */
    @Override
    public void close() {}
}
