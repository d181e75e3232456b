package dev.ashlar.runtime.engine;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** Sees every native object that the thread makes, and counts those that nobody closed. (Pointer.totalCount() is 0 without JavaCPP's GC.) */
final class LiveCount extends PointerScope {
    private final List<Pointer> seen = new ArrayList<>();

    @Override
    public PointerScope attach(Pointer pointer) {
        if (seen != null) {
            seen.add(pointer);
        }
        return this;
    }

    int made() {
        return seen.size();
    }

    long live() {
        return seen.stream().filter(pointer -> !pointer.isNull()).count();
    }
}
