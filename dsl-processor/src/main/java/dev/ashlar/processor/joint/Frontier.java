package dev.ashlar.processor.joint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Leaves out ways to store parameters that no plan needs. */
final class Frontier {
    private Frontier() {}

    /**
     * Those that no other dominates, the first of equal ones, in their order. Where more are left than may be, those stay that are best
     * for some price of lasting memory, then those that would be without them.
     */
    static List<Stored> of(List<Stored> all, int most) {
        List<Stored> left = new ArrayList<>();
        for (Stored each : all) {
            if (left.stream().noneMatch(s -> s.dominates(each))) {
                left.removeIf(each::dominates);
                left.add(each);
            }
        }
        List<Stored> chosen = new ArrayList<>();
        List<Stored> rest = new ArrayList<>(left);
        while (!rest.isEmpty() && chosen.size() < most) {
            for (Stored each : hull(rest)) {
                if (chosen.size() < most) {
                    chosen.add(each);
                }
                rest.remove(each);
            }
        }
        return left.stream().filter(chosen::contains).toList();
    }

    /** Corners of the lower hull of time over memory, both ends first. */
    private static List<Stored> hull(List<Stored> points) {
        List<Stored> sorted = new ArrayList<>(points);
        sorted.sort(Comparator.comparingLong(Stored::lastingBytes).thenComparingLong(Stored::ticks));
        List<Stored> corners = new ArrayList<>();
        for (Stored point : sorted) {
            while (!corners.isEmpty() && isAbove(corners, point)) {
                corners.remove(corners.size() - 1);
            }
            if (corners.isEmpty()
                    || point.ticks() < corners.get(corners.size() - 1).ticks()) {
                corners.add(point);
            }
        }
        if (corners.size() > 1) {
            corners.add(1, corners.remove(corners.size() - 1));
        }
        return corners;
    }

    /** Whether the last corner lies on or above the line from the one before it to a point. */
    private static boolean isAbove(List<Stored> corners, Stored point) {
        if (corners.size() < 2) {
            return false;
        }
        Stored before = corners.get(corners.size() - 2);
        Stored last = corners.get(corners.size() - 1);
        double toLast = (double) (last.ticks() - before.ticks()) / (last.lastingBytes() - before.lastingBytes());
        double toPoint = (double) (point.ticks() - before.ticks()) / (point.lastingBytes() - before.lastingBytes());
        return toPoint <= toLast;
    }
}
