package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Adds one learned row for each position. Port: {@code x [batch, seq, d]}. Parameter: {@code weight [rows, d]}, with at least as
 * many rows as there are positions.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface PositionEmbedding {
    /** Number of positions. */
    String rows();
}
