package dev.ashlar.processor;

import javax.annotation.processing.Filer;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;

/**
 * What a step needs beside the plan itself.
 *
 * @param options the processor's options
 * @param origin the plan's interface, the one originating element of every file
 * @param elements looks up types, such as those of the runtime
 * @param filer creates files
 * @param sourceVersion the language level of the compilation
 */
record PlanSurroundings(
        Options options, TypeElement origin, Elements elements, Filer filer, SourceVersion sourceVersion) {}
