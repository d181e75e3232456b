/**
 * What a user of Ashlar writes: an interface describes a network, its annotated methods are the operators. Read by the annotation
 * processor when the interface is compiled; nothing here does anything at run time.
 */
package dev.ashlar.dsl;
