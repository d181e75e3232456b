package dev.ashlar.runtime.train;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** Sees every native object that this thread makes and knows which are not closed; JavaCPP's own count needs its garbage collection. */
final class LivePointers extends PointerScope {
    private final List<Pointer> made = new ArrayList<>();

    /** Only notes the pointer: the scope must not close what the code under test should close. */
    @Override
    public PointerScope attach(Pointer pointer) {
        if (made != null) { // null while the superclass is being constructed
            made.add(pointer);
        }
        return this;
    }

    /** How many are not closed. */
    long count() {
        made.removeIf(pointer -> pointer.isNull());
        return made.size();
    }
}
