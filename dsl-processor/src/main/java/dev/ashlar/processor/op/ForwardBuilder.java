package dev.ashlar.processor.op;

/** Lowers an operator's forward direction. */
public interface ForwardBuilder extends KernelBuilder {
    /** States an output. */
    void output(int index, Handle tensor);

    /** Names a tensor that {@link GradientBuilder#kept} will ask for. */
    void keep(String name, Handle tensor);
}
