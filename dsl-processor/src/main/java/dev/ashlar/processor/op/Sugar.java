package dev.ashlar.processor.op;

import java.util.List;

/** An annotation that stands for several operators. */
public interface Sugar {
    /** Its inputs. */
    List<Port> ports();

    /** Builds the operators it stands for. */
    void expand(Expansion e);
}
