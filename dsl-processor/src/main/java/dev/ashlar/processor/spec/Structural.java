package dev.ashlar.processor.spec;

import java.util.Set;

/** The annotations on methods that stand beside an operator. */
final class Structural {
    static final Set<String> NAMES = Set.of("Output", "Loss", "Repeat", "Tied", "Init", "Pin");

    private Structural() {}
}
