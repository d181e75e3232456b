package dev.ashlar.processor.solve;

/** A block has a table of more joint labels than can be held: what surrounds it can lie in too many ways at once. */
public final class TooManyRows extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    TooManyRows() {
        super("a table of a block has too many entries: give it fewer labels");
    }
}
