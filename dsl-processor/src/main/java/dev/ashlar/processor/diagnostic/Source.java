package dev.ashlar.processor.diagnostic;

/**
 * A place in what the user wrote: an element, an annotation or one of its values. Opaque to all but the package that made it, which
 * knows how a compiler is pointed at it.
 */
public interface Source {
    /** The place in words, such as {@code "DecoderBlock.mid"}: for messages that speak of two places. */
    String where();
}
