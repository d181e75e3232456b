package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Says which tensor of somebody else's file is which parameter. One rule a line; the first that matches a name counts:
 *
 * <pre>
 * h.{i}.ln_1 -> body.{i}.ln1                       the name and all names below it, {i} being one segment of the name
 * h.{i}.mlp.c_fc -> body.{i}.up transpose          matrices are transposed, vectors stay as they are
 * h.{i}.attn.c_attn -> body.{i}.attn.q, body.{i}.attn.k, body.{i}.attn.v transpose
 *                                                  cut into equal parts along the first dimension (after transposing)
 * drop h.{i}.attn.bias                             not wanted
 * </pre>
 *
 * Empty lines and lines that begin with {@code #} are skipped. A name that no rule matches keeps its name.
 */
public final class NameMap {
    private final List<NameRule> rules;

    private NameMap(List<NameRule> rules) {
        this.rules = rules;
    }

    /** Every name stays as it is. */
    public static NameMap identity() {
        return new NameMap(List.of());
    }

    /**
     * Reads rules; a string may hold several lines.
     *
     * @throws AshlarException if a line is not a rule
     */
    public static NameMap of(String... lines) {
        return new NameMap(Arrays.stream(lines)
                .flatMap(String::lines)
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(NameRule::parse)
                .toList());
    }

    /**
     * Reads the rules of a text file.
     *
     * @throws AshlarException if it cannot be read, or a line is not a rule
     */
    public static NameMap read(Path file) {
        FileErrors.requireFile(file);
        try {
            return of(Files.readString(file));
        } catch (IOException e) {
            throw FileErrors.reading(file, e);
        }
    }

    /**
     * Finds the source of every parameter.
     *
     * @param path the file's, for messages
     * @return by parameter name, exactly one source for each of {@code parameters}
     * @throws AshlarException if a tensor belongs to no parameter, two to one, or a parameter gets none
     */
    public Map<String, TensorSource> sources(Path path, Safetensors file, Collection<String> parameters) {
        Map<String, TensorSource> sources = new TreeMap<>();
        for (String tensor : file.names()) {
            for (TensorSource source : sourcesOf(tensor)) {
                requireKnown(path, tensor, source.parameter(), parameters);
                TensorSource other = sources.put(source.parameter(), source);
                if (other != null) {
                    throw new AshlarException("both '" + other.tensor() + "' and '" + tensor + "' of " + path
                            + " become '" + source.parameter() + "'; drop one in the name map");
                }
            }
        }
        requireComplete(path, sources, parameters);
        return sources;
    }

    private List<TensorSource> sourcesOf(String tensor) {
        for (NameRule rule : rules) {
            @Nullable List<TensorSource> sources = rule.apply(tensor);
            if (sources != null) {
                return sources;
            }
        }
        return List.of(new TensorSource(tensor, tensor, /* transpose= */ false, /* part= */ 0, /* parts= */ 1));
    }

    private static void requireKnown(Path path, String tensor, String parameter, Collection<String> parameters) {
        if (parameters.contains(parameter)) {
            return;
        }
        String mapped = tensor.equals(parameter) ? "" : ", by the name map '" + parameter + "',";
        String meant = Names.didYouMean(parameter, parameters);
        throw new AshlarException("the tensor '" + tensor + "' of " + path + mapped + " is no parameter of the model"
                + (meant.isEmpty() ? "; add a rule for it to the name map, or drop it there" : meant));
    }

    private static void requireComplete(Path path, Map<String, TensorSource> sources, Collection<String> parameters) {
        TreeSet<String> missing = new TreeSet<>(parameters);
        missing.removeAll(sources.keySet());
        if (!missing.isEmpty()) {
            String first = missing.first();
            throw new AshlarException(path + " has nothing for " + missing.size() + " of " + parameters.size()
                    + " parameters, the first is '" + first + "'; add a rule for it to the name map");
        }
    }
}
