package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** Which labels of the nodes of one block are left, and for each of them those that it stands for. */
final class Labels {
    private final List<int[]> left = new ArrayList<>();

    /**
     * By node and label that is left: labels of the whole block, itself first. Others have their place taken by it: no table forbids it
     * where it does not forbid them, and none of its amounts is more.
     */
    private final int[][][] stands;

    private final Block narrowed;

    /**
     * @param allowed labels by node
     */
    Labels(Block block, BitSet[] allowed) {
        for (BitSet labels : allowed) {
            left.add(labels.stream().toArray());
        }
        Block first = picked(block, left);
        int[][] standIns = new int[block.nodes()][];
        boolean fewer = false;
        for (int node = 0; node < standIns.length; node++) {
            standIns[node] = standIns(first, node);
            int[] own = standIns[node];
            fewer |= IntStream.range(0, own.length).anyMatch(l -> own[l] != l);
        }
        stands = new int[block.nodes()][][];
        for (int node = 0; node < stands.length; node++) {
            stands[node] = groups(left.get(node), standIns[node]);
            left.set(
                    node,
                    Arrays.stream(stands[node]).mapToInt(group -> group[0]).toArray());
        }
        narrowed = fewer ? picked(block, left) : first;
    }

    private static int[][] groups(int[] labels, int[] standIns) {
        List<int[]> groups = new ArrayList<>();
        for (int l = 0; l < labels.length; l++) {
            if (standIns[l] == l) {
                int own = l;
                int[] others = IntStream.range(0, labels.length)
                        .filter(k -> k != own && standIns[k] == own)
                        .map(k -> labels[k])
                        .toArray();
                int[] group = new int[others.length + 1];
                group[0] = labels[l];
                System.arraycopy(others, 0, group, 1, others.length);
                groups.add(group);
            }
        }
        return groups.toArray(int[][]::new);
    }

    /**
     * A block with some of its labels.
     *
     * @param left labels by node
     */
    static Block picked(Block block, List<int[]> left) {
        int[] counts = left.stream().mapToInt(l -> l.length).toArray();
        List<Factor> factors = block.factors().stream()
                .map(f -> f.picked(entries(block, left, f.scope())))
                .toList();
        return block.with(counts, factors);
    }

    /** Entries of a table over some nodes for the labels that are left. */
    private static int[] entries(Block block, List<int[]> left, int[] scope) {
        int[] entries = {0};
        for (int node : scope) {
            int[] own = left.get(node);
            int[] longer = new int[entries.length * own.length];
            for (int e = 0; e < longer.length; e++) {
                longer[e] = entries[e / own.length] * block.labels(node) + own[e % own.length];
            }
            entries = longer;
        }
        return entries;
    }

    /** For every label of a node the one that stands for it; itself if none does. Labels that neighbours share stay. */
    private static int[] standIns(Block block, int node) {
        int[] standIns = IntStream.range(0, block.labels(node)).toArray();
        boolean shared = node < block.entries() || Arrays.stream(block.exits()).anyMatch(n -> n == node);
        if (shared || standIns.length < 2) {
            return standIns;
        }
        List<Factor> around = block.factors().stream()
                .filter(f -> Arrays.stream(f.scope()).anyMatch(n -> n == node))
                .toList();
        int[][] rows = around.stream().map(Factor::distinctRows).toArray(int[][]::new);
        for (int label = 0; label < standIns.length; label++) {
            for (int other = 0; other < standIns.length && standIns[label] == label; other++) {
                if (other != label && standIns[other] == other && isNoWorse(block, around, rows, node, other, label)) {
                    standIns[label] = other;
                }
            }
        }
        for (int label = 0; label < standIns.length; label++) {
            while (standIns[standIns[label]] != standIns[label]) {
                standIns[label] = standIns[standIns[label]];
            }
        }
        return standIns;
    }

    private static boolean isNoWorse(Block block, List<Factor> around, int[][] rows, int node, int label, int than) {
        for (int f = 0; f < rows.length; f++) {
            Factor factor = around.get(f);
            int stride = 1;
            for (int k = factor.scope().length - 1; factor.scope()[k] != node; k--) {
                stride *= block.labels(factor.scope()[k]);
            }
            int period = stride * block.labels(node);
            for (int from = than * stride; from < factor.size(); from += period) {
                for (int entry = from; entry < from + stride; entry++) {
                    if (!isNoWorse(factor, rows[f], entry + (label - than) * stride, entry)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static boolean isNoWorse(Factor factor, int[] rows, int entry, int than) {
        if (factor.forbidden(than)) {
            return true;
        }
        if (factor.forbidden(entry)) {
            return false;
        }
        for (int row : rows) {
            if (factor.amounts(row)[entry] > factor.amounts(row)[than]) {
                return false;
            }
        }
        return true;
    }

    /** The block with the labels that are left. */
    Block narrowed() {
        return narrowed;
    }

    /** Labels of the whole block that one of a node stands for, itself first. */
    int[][] stands(int node) {
        return stands[node];
    }
}
