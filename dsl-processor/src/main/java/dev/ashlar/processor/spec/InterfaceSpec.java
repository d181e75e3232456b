package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Source;
import java.util.List;

/**
 * A model or block with the methods it inherits; an overridden method is not listed.
 *
 * @param packageName package, empty for the unnamed one
 * @param simpleName name with enclosing types, joined by {@code _}: {@code "Outer_Block"}
 * @param qualifiedName as in source
 * @param dims the sizes it states, in the order in which later ones replace earlier ones (inherited first)
 * @param methods in no meaningful order
 * @param source the interface
 */
public record InterfaceSpec(
        String packageName,
        String simpleName,
        String qualifiedName,
        List<ValueSpec> dims,
        List<MethodSpec> methods,
        Source source) {
    /** Its name within its package, as in source: {@code "Outer.Block"}. */
    public String nestedName() {
        return nestedName(packageName, qualifiedName);
    }

    /** The name within its package of a type. */
    static String nestedName(String packageName, String qualifiedName) {
        return packageName.isEmpty() ? qualifiedName : qualifiedName.substring(packageName.length() + 1);
    }
}
