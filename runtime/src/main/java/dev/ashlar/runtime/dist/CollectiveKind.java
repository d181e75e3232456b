package dev.ashlar.runtime.dist;

/** What ranks do together, by its name in plans. */
public enum CollectiveKind {
    ALL_GATHER("all_gather", 1),
    ALL_TO_ALL("all_to_all", 1),
    /** On the CPU an all-reduce of a copy, of which every rank keeps its part. */
    REDUCE_SCATTER("reduce_scatter", 2),
    ALL_REDUCE("all_reduce", 2);

    private final String key;
    private final int rounds;

    CollectiveKind(String key, int rounds) {
        this.key = key;
        this.rounds = rounds;
    }

    /** Its name in plans: {@code "all_reduce"}. */
    public String key() {
        return key;
    }

    /**
     * Bytes that one rank sends around a ring, rounded up.
     *
     * @param tensorBytes of the gathered or unreduced tensor; of one rank's part for {@link #ALL_TO_ALL}
     */
    public long wireBytes(int ranks, long tensorBytes) {
        long shares = Math.multiplyExact(tensorBytes, (long) rounds * (ranks - 1));
        return (shares + ranks - 1) / ranks;
    }
}
