package dev.ashlar.processor.op;

import java.util.List;
import java.util.Map;

/**
 * What an operator is, as far as shapes and sharding go.
 *
 * @param rule operands are the inputs that are present, in order of their ports, then the parameters
 * @param parameters what the operator owns, in order of the rule
 * @param sizes axes of the rule that the attributes fix ({@code n} of a linear), and numbers that its expressions use
 * @param outputs element type of each output of the rule, in order
 */
public record Signature(
        Rule rule, List<ParameterDeclaration> parameters, Map<String, Dim> sizes, List<Element> outputs) {
    /** Copies its collections. */
    public Signature {
        parameters = List.copyOf(parameters);
        sizes = Map.copyOf(sizes);
        outputs = List.copyOf(outputs);
    }

    /** One output of the plan's compute type. */
    public static Signature of(Rule rule, List<ParameterDeclaration> parameters, Map<String, Dim> sizes) {
        return new Signature(rule, parameters, sizes, List.of(Element.COMPUTE));
    }

    /** No parameters, one output, all sizes known from the inputs. */
    public static Signature of(Rule rule) {
        return of(rule, List.of(), Map.of());
    }
}
