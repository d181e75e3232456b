package dev.ashlar.dsl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Written by the compiler beside every model and block, never by hand. Class files keep neither parameter names nor order: this
 * does, so that blocks in jars can be used.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Companion {
    /** Version of this record. */
    int version();

    /** Hash of everything the model or block says. */
    String hash();

    /** One line a method, in order: {@code name(parameter, …)}. */
    String[] methods();

    /** Blocks it uses, each with its hash: {@code "pkg.Block=hash"}. */
    String[] uses();
}
