package dev.ashlar.processor.device;

/** What devices of one group do together. */
public enum Collective {
    ALL_GATHER("all_gather", 1),
    REDUCE_SCATTER("reduce_scatter", 1),
    ALL_TO_ALL("all_to_all", 1),
    /** A reduce-scatter and an all-gather. */
    ALL_REDUCE("all_reduce", 2);

    private final String key;
    private final int rounds;

    Collective(String key, int rounds) {
        this.key = key;
        this.rounds = rounds;
    }

    /** Its name in plans and profiles: {@code "all_reduce"}. */
    public String key() {
        return key;
    }

    /**
     * What one device sends around a ring, rounded up.
     *
     * @param size devices of the group
     * @param tensorBytes of the gathered or unreduced tensor; of one device's part for {@link #ALL_TO_ALL}
     */
    public long wireBytes(int size, long tensorBytes) {
        long shares = Math.multiplyExact(tensorBytes, (long) rounds * (size - 1));
        return (shares + size - 1) / size;
    }
}
