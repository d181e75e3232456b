package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** Sees every native object that this thread makes while nothing else does; JavaCPP's own count needs its garbage collection. */
final class LivePointers extends PointerScope {
    private final List<Pointer> made = new ArrayList<>();

    /**
     * Runs something that should close all that it makes.
     *
     * @throws AssertionError if it leaves a native object behind, or makes none
     */
    static void assertNoneLeft(Runnable action) {
        try (LivePointers live = new LivePointers()) {
            action.run();
            assertFalse(live.made.isEmpty(), "nothing native was made");
            long left = live.made.stream().filter(pointer -> !pointer.isNull()).count();
            assertEquals(0, left, "native objects left behind");
        }
    }

    /** Only notes the pointer: the scope must not close what the code under test should close. */
    @Override
    public PointerScope attach(Pointer pointer) {
        if (made != null) { // null while the superclass is being constructed
            made.add(pointer);
        }
        return this;
    }
}
