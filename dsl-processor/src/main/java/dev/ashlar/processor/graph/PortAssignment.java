package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Suggestions;
import dev.ashlar.processor.op.Port;
import dev.ashlar.processor.spec.MethodSpec;
import dev.ashlar.processor.spec.ParameterSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which parameter goes to which port. A single parameter goes to the first port; of several, each goes to the port that {@code
 * @In(to)} names, or else to the port of its own name.
 */
final class PortAssignment {
    private PortAssignment() {}

    /** The parameters in order of the ports, absent optional ports left out. */
    static List<ParameterSpec> assign(MethodSpec method, String target, List<Port> ports) {
        List<ParameterSpec> parameters = method.parameters();
        if (ports.size() == 1 && ports.get(0).variadic()) {
            return variadic(method, target, parameters);
        }
        Map<String, ParameterSpec> assigned = new LinkedHashMap<>();
        for (ParameterSpec parameter : parameters) {
            String port = portOf(parameter, target, ports, parameters.size() == 1);
            ParameterSpec earlier = assigned.putIfAbsent(port, parameter);
            if (earlier != null) {
                throw new ModelException(
                        Code.PORT_TWICE,
                        parameter.source(),
                        "Port '" + port + "' of " + target + " gets both '" + earlier.reads() + "' and '"
                                + parameter.reads() + "'. Keep one of them" + elsewhere(ports));
            }
        }
        List<ParameterSpec> inOrder = new ArrayList<>();
        for (Port port : ports) {
            ParameterSpec parameter = assigned.get(port.name());
            if (parameter != null) {
                inOrder.add(parameter);
            } else if (!port.optional()) {
                throw missing(method, target, port, ports);
            }
        }
        return inOrder;
    }

    private static ModelException missing(MethodSpec method, String target, Port port, List<Port> ports) {
        return new ModelException(
                Code.PORT_MISSING,
                method.source(),
                "Port '" + port.name() + "' of " + target + " gets no tensor. Add a parameter 'Tensor " + port.name()
                        + "', or @In(value = \"edge\", to = \"" + port.name() + "\")"
                        + (ports.size() > 1 ? "; its ports are " + names(ports) : "") + ".");
    }

    private static String elsewhere(List<Port> ports) {
        return ports.size() > 1 ? ", or send one elsewhere with @In(to): the ports are " + names(ports) + "." : ".";
    }

    private static List<ParameterSpec> variadic(MethodSpec method, String target, List<ParameterSpec> parameters) {
        if (parameters.size() < 2) {
            throw new ModelException(
                    Code.PORT_MISSING,
                    method.source(),
                    target + " needs at least two tensors but gets " + parameters.size() + ". Add a parameter.");
        }
        for (ParameterSpec parameter : parameters) {
            if (parameter.port().isPresent()) {
                throw new ModelException(
                        Code.UNKNOWN_PORT,
                        parameter.source(),
                        target + " takes its tensors in order and has no ports. Leave out 'to'.");
            }
        }
        return parameters;
    }

    private static String portOf(ParameterSpec parameter, String target, List<Port> ports, boolean alone) {
        String wanted = parameter.port().orElse(parameter.name());
        if (ports.stream().anyMatch(p -> p.name().equals(wanted))) {
            return wanted;
        }
        if (alone && parameter.port().isEmpty()) {
            return ports.get(0).name();
        }
        List<String> names = ports.stream().map(Port::name).toList();
        String hint = parameter.port().isPresent()
                ? Suggestions.didYouMean(wanted, names)
                : " Say which one with @In(to = \"…\").";
        throw new ModelException(
                Code.UNKNOWN_PORT,
                parameter.source(),
                target + " has no port '" + wanted + "'; its ports are " + names(ports) + "." + hint);
    }

    private static String names(List<Port> ports) {
        return String.join(", ", ports.stream().map(Port::name).toList());
    }
}
