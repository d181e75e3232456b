package dev.ashlar.processor.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts memory that is taken and given back, and remembers the most of it, when, and what it was. */
final class MemoryLedger {
    private record GroupKey(String name, String where) {}

    private record Amount(long count, long bytes) {
        Amount plus(long addedCount, long addedBytes) {
            return new Amount(count + addedCount, bytes + addedBytes);
        }
    }

    private static final Amount NONE = new Amount(0, 0);

    private final Map<GroupKey, Amount> alive = new LinkedHashMap<>();
    private final List<MemoryPoint> points = new ArrayList<>();
    /** In order of their making. */
    private final Set<Storage> storages = new LinkedHashSet<>();

    private Map<GroupKey, Amount> atPeak = Map.of();
    private long live;
    private long peak;
    private String peakAt = "";
    private boolean silent;
    private String phase = "";
    private String at = "";

    /** Memory that is always there. */
    void fixed(String name, long count, long bytes) {
        if (bytes > 0) {
            live += bytes;
            change(new GroupKey(name, ""), count, bytes);
        }
    }

    /** What runs from now on. */
    void enter(String newPhase, String newAt) {
        phase = newPhase;
        at = newAt;
        note(0, "");
    }

    Storage allocate(long bytes, Storage.Maker maker) {
        Storage storage = new Storage(bytes, maker);
        storages.add(storage);
        live = Math.addExact(live, bytes);
        change(key(maker), 1, bytes);
        note(0, "");
        return storage;
    }

    /** Memory that is taken and given back at once. */
    void workspace(long bytes) {
        if (bytes > 0) {
            note(bytes, "workspace of " + at);
        }
    }

    void release(Storage storage) {
        if (storage.close()) {
            storages.remove(storage);
            live -= storage.bytes();
            change(key(storage.maker()), -1, -storage.bytes());
        }
    }

    /** Memory changes its purpose. */
    void become(Storage storage, Storage.Maker maker) {
        change(key(storage.maker()), -1, -storage.bytes());
        storage.become(maker);
        change(key(maker), 1, storage.bytes());
    }

    private static GroupKey key(Storage.Maker maker) {
        return new GroupKey(maker.group() + maker.tensor(), maker.where());
    }

    private void change(GroupKey key, long count, long bytes) {
        Amount amount = alive.getOrDefault(key, NONE).plus(count, bytes);
        if (amount.count() == 0) {
            alive.remove(key);
        } else {
            alive.put(key, amount);
        }
    }

    /** Whether what follows is counted without being noted. */
    void silent(boolean quiet) {
        silent = quiet;
    }

    private void note(long more, String what) {
        if (silent) {
            return;
        }
        long bytes = Math.addExact(live, more);
        int last = points.size() - 1;
        boolean same = last >= 0
                && points.get(last).phase().equals(phase)
                && points.get(last).at().equals(at);
        if (!same) {
            points.add(new MemoryPoint(points.size(), phase, at, bytes));
        } else if (bytes > points.get(last).bytes()) {
            points.set(last, new MemoryPoint(last, phase, at, bytes));
        }
        if (bytes > peak) {
            peak = bytes;
            peakAt = (phase + " " + at).strip();
            atPeak = new LinkedHashMap<>(alive);
            if (more > 0) {
                atPeak.put(new GroupKey(what, ""), new Amount(1, more));
            }
        }
    }

    /** All that was allocated and is not released, in order of its making. */
    List<Storage> alive() {
        return List.copyOf(storages);
    }

    long live() {
        return live;
    }

    long peak() {
        return peak;
    }

    String peakAt() {
        return peakAt;
    }

    List<MemoryPoint> points() {
        return Collections.unmodifiableList(points);
    }

    /** What was alive at the peak, largest first. */
    List<MemoryGroup> atPeak() {
        return atPeak.entrySet().stream()
                .map(e -> new MemoryGroup(
                        e.getKey().name(),
                        e.getKey().where(),
                        e.getValue().count(),
                        e.getValue().bytes()))
                .sorted(MemoryGroup.LARGEST_FIRST)
                .toList();
    }
}
