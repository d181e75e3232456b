package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A row of the weight for every id. Port: {@code x}. Parameter: {@code weight [rows, dim]}.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Embedding {
    /** Number of rows. */
    String rows();

    /** Size of a row. */
    String dim();
}
