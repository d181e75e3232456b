package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Source;
import java.util.List;

/** A step of a scope: an operator, a block that is used, or a tensor laid out anew over the devices. */
public sealed interface Node permits OperatorNode, UseNode, CopyNode {
    /** Its name in the scope. */
    String name();

    /** What it reads. */
    List<Value> inputs();

    /** What it makes. */
    List<Value> outputs();

    /** Where the user wrote it. */
    Source source();
}
