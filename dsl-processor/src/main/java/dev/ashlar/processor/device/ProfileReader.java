package dev.ashlar.processor.device;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.Source;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Reads device profiles; {@code docs/device-profile.md} has the fields. */
public final class ProfileReader {
    private static final long SCHEMA = 1;
    private static final double NANO = 1e-9;
    private static final int GROUP_MOST = 1 << 16;

    private final SortedMap<String, List<String>> operators;
    private final Source source;
    private final Diagnostics diagnostics;

    /**
     * A reader.
     *
     * @param operators kinds that a profile may speak of, with the names of the sizes that their rates depend on
     * @param source where the user named the files
     * @param diagnostics takes what is wrong
     */
    public ProfileReader(SortedMap<String, List<String>> operators, Source source, Diagnostics diagnostics) {
        this.operators = operators;
        this.source = source;
        this.diagnostics = diagnostics;
    }

    /**
     * The profile of a file; empty if anything is wrong, all of which is reported.
     *
     * @param file as the user named it
     * @param utf8 what is in it
     */
    public Optional<DeviceProfile> read(String file, byte[] utf8) {
        List<String> problems = new ArrayList<>();
        Optional<DeviceProfile> profile = Optional.empty();
        try {
            profile = ProfileNode.root(Json.read(utf8), problems).flatMap(root -> profile(file, root));
        } catch (Json.Unreadable e) {
            problems.add(e.at() + ": it is no JSON: " + e.getMessage() + ".");
        }
        for (String problem : problems) {
            diagnostics.error(Code.BAD_PROFILE, source, "Device profile " + file + ", " + problem);
        }
        return problems.isEmpty() ? profile : Optional.empty();
    }

    private Optional<DeviceProfile> profile(String file, ProfileNode root) {
        Optional<Long> schema = root.whole("schema", 1, Integer.MAX_VALUE);
        if (schema.isPresent() && schema.get() != SCHEMA) {
            root.wrong("schema", "is " + schema.get() + ", but this version reads " + SCHEMA + ".");
            return Optional.empty();
        }
        Optional<Origin> origin = origin(root);
        Map<NumberFormat, ProductTable> products =
                root.optionalObject("products").map(ProfileReader::products).orElse(Map.of());
        TreeMap<String, Workspace> workspaces = new TreeMap<>();
        root.optionalObject("workspace")
                .ifPresent(node -> workspaces.putAll(node.each(
                        operators.keySet(),
                        "operator",
                        (all, name) -> all.object(name).flatMap(ProfileReader::workspace))));
        TreeMap<String, ShareTable> shares = new TreeMap<>();
        root.optionalObject("share")
                .ifPresent(node -> shares.putAll(node.each(
                        operators.keySet(),
                        "operator",
                        (all, name) -> all.object(name)
                                .flatMap(each -> shares(each, operators.getOrDefault(name, List.of()))))));
        List<Link> links = links(root);
        Optional<Device> device =
                root.object("device").flatMap(node -> device(node, products, workspaces, shares, origin));
        root.close();
        return device.map(d -> new DeviceProfile(file, d, links));
    }

    private static Optional<Origin> origin(ProfileNode root) {
        Optional<String> machine = root.text("machine");
        Optional<LocalDate> date = root.text("date").flatMap(text -> date(root, text));
        Optional<Map<String, String>> libraries = root.object("libraries").map(ProfileNode::texts);
        return machine.isEmpty() || date.isEmpty() || libraries.isEmpty()
                ? Optional.empty()
                : Optional.of(new Origin(machine.get(), date.get(), new TreeMap<>(libraries.get())));
    }

    private static Optional<LocalDate> date(ProfileNode root, String text) {
        try {
            return Optional.of(LocalDate.parse(text));
        } catch (DateTimeParseException e) {
            root.wrong("date", "must be a date such as \"2026-01-31\", not \"" + text + "\".");
            return Optional.empty();
        }
    }

    private static Optional<Device> device(
            ProfileNode node,
            Map<NumberFormat, ProductTable> products,
            TreeMap<String, Workspace> workspaces,
            TreeMap<String, ShareTable> shares,
            Optional<Origin> origin) {
        Optional<String> name = node.text("name");
        Optional<String> kind = node.word("kind", List.of("cpu", "cuda"));
        Optional<Long> memory = node.bytes("memoryBytes", 1);
        Optional<Long> fixed = node.bytes("fixedBytes", 0);
        Optional<Map<NumberFormat, Double>> rates =
                node.object("flopsPerSecond").map(ProfileReader::rates);
        Optional<Double> bandwidth = node.rate("bytesPerSecond");
        Optional<Double> launch = node.amount("launchNanos");
        Optional<Double> host = node.amountOrZero("hostNanos");
        Optional<Map<Collective, Double>> kappa = kappa(node);
        Optional<Double> update = node.shareOrWhole("updateShare");
        Optional<Long> library = node.bytesOrZero("libraryBytes");
        Optional<Groups> group = groups(node);
        Optional<String> link = node.text("link");
        node.close();
        boolean whole =
                Stream.of(name, kind, memory, fixed, bandwidth, launch, host, kappa, update, library, group, link)
                                .allMatch(Optional::isPresent)
                        && rates.isPresent()
                        && rates.get().size() == NumberFormat.values().length;
        return whole
                ? Optional.of(new Device(
                        name.get(),
                        memory.get(),
                        fixed.get(),
                        rates.get(),
                        bandwidth.get(),
                        launch.get() * NANO,
                        kind.get().equals("cpu"),
                        new Link(link.get(), 0, 1),
                        new Calibration(
                                library.get(),
                                group.get().bytes(),
                                group.get().exchangeBytes(),
                                host.get() * NANO,
                                kappa.get(),
                                update.get(),
                                products,
                                workspaces,
                                shares,
                                origin)))
                : Optional.empty();
    }

    /** One number for all kinds of collectives, or one for each that was measured; others are 0. */
    private static Optional<Map<Collective, Double>> kappa(ProfileNode node) {
        if (!node.isObject("kappa")) {
            return node.amountOrZero("kappa").map(Calibration::all);
        }
        return node.object("kappa").flatMap(byKind -> {
            Map<Collective, Double> kappa = new EnumMap<>(Collective.class);
            boolean sound = true;
            for (Collective kind : Collective.values()) {
                Optional<Double> of = byKind.amountOrZero(kind.key());
                of.ifPresent(k -> kappa.put(kind, k));
                sound &= of.isPresent();
            }
            byKind.close();
            return sound ? Optional.of(kappa) : Optional.empty();
        });
    }

    /** What groups take by their size, and the part of it that only those with an all-to-all take. */
    private record Groups(TreeMap<Integer, Long> bytes, TreeMap<Integer, Long> exchangeBytes) {}

    /** One number for groups of any size, or one for each size that was measured. */
    private static Optional<Groups> groups(ProfileNode node) {
        TreeMap<Integer, Long> bytes = new TreeMap<>();
        TreeMap<Integer, Long> exchange = new TreeMap<>();
        if (!node.isArray("groupBytes")) {
            Optional<Long> any = node.bytesOrZero("groupBytes");
            any.ifPresent(b -> bytes.put(2, b));
            return any.map(b -> new Groups(bytes, exchange));
        }
        boolean sound = true;
        for (ProfileNode group : node.objects("groupBytes")) {
            Optional<Long> size = group.whole("size", 2, GROUP_MOST);
            Optional<Long> each = group.bytes("bytes", 0);
            Optional<Long> only = group.bytesOrZero("exchangeBytes");
            group.close();
            sound &= size.isPresent() && each.isPresent() && only.isPresent();
            if (sound) {
                exchange.put(size.get().intValue(), Math.min(only.get(), each.get()));
            }
            if (sound && bytes.putIfAbsent(size.get().intValue(), each.get()) != null) {
                group.wrong("size", "is " + size.get() + " a second time.");
            }
        }
        return sound ? Optional.of(new Groups(bytes, exchange)) : Optional.empty();
    }

    private static Map<NumberFormat, Double> rates(ProfileNode node) {
        Map<NumberFormat, Double> rates = new EnumMap<>(NumberFormat.class);
        for (NumberFormat format : NumberFormat.values()) {
            node.rate(key(format)).ifPresent(rate -> rates.put(format, rate));
        }
        node.close();
        return rates;
    }

    private static String key(NumberFormat format) {
        return format.name().toLowerCase(Locale.ROOT);
    }

    private static Map<NumberFormat, ProductTable> products(ProfileNode node) {
        Map<NumberFormat, ProductTable> tables = new EnumMap<>(NumberFormat.class);
        for (NumberFormat format : NumberFormat.values()) {
            node.optionalObject(key(format))
                    .flatMap(ProfileReader::productTable)
                    .ifPresent(table -> tables.put(format, table));
        }
        node.close();
        return tables;
    }

    private static Optional<ProductTable> productTable(ProfileNode node) {
        Optional<List<Long>> m = node.ascending("m");
        Optional<List<Long>> n = node.ascending("n");
        Optional<List<Long>> k = node.ascending("k");
        boolean sizes = m.isPresent() && n.isPresent() && k.isPresent();
        Optional<Long> count = sizes
                ? Optional.of((long) m.get().size() * n.get().size() * k.get().size())
                : Optional.empty();
        Optional<List<Double>> rates = node.rates("flopsPerSecond", count);
        node.close();
        return sizes ? rates.map(r -> new ProductTable(m.get(), n.get(), k.get(), r)) : Optional.empty();
    }

    private static Optional<Workspace> workspace(ProfileNode node) {
        Optional<Double> forward = node.amount("forward");
        Optional<Double> backward = node.amount("backward");
        node.close();
        return forward.isEmpty() || backward.isEmpty()
                ? Optional.empty()
                : Optional.of(new Workspace(forward.get(), backward.get()));
    }

    /** One share a direction, or an array of them for all combinations of the sizes that the operator's rate depends on. */
    private static Optional<ShareTable> shares(ProfileNode node, List<String> names) {
        if (names.isEmpty() || !node.isArray("forward")) {
            Optional<Double> forward = node.rate("forward").filter(s -> isShare(node, "forward", s));
            Optional<Double> backward = node.rate("backward").filter(s -> isShare(node, "backward", s));
            node.close();
            return forward.isEmpty() || backward.isEmpty()
                    ? Optional.empty()
                    : Optional.of(ShareTable.of(new Share(forward.get(), backward.get())));
        }
        List<List<Long>> sizes = new ArrayList<>();
        names.forEach(name -> node.ascending(name).ifPresent(sizes::add));
        boolean all = sizes.size() == names.size();
        Optional<Long> count = all
                ? Optional.of(sizes.stream().mapToLong(List::size).reduce(1, Math::multiplyExact))
                : Optional.empty();
        Optional<List<Double>> forward = shares(node, "forward", count);
        Optional<List<Double>> backward = shares(node, "backward", count);
        node.close();
        if (!all || forward.isEmpty() || backward.isEmpty()) {
            return Optional.empty();
        }
        List<Share> shares = new ArrayList<>();
        for (int i = 0; i < count.get(); i++) {
            shares.add(new Share(forward.get().get(i), backward.get().get(i)));
        }
        return Optional.of(new ShareTable(sizes, shares));
    }

    private static Optional<List<Double>> shares(ProfileNode node, String field, Optional<Long> count) {
        return node.rates(field, count).filter(rates -> rates.stream().allMatch(s -> isShare(node, field, s)));
    }

    private static boolean isShare(ProfileNode node, String field, double share) {
        if (share > 1) {
            node.wrong(field, "is a share, at most 1, not " + share + ".");
        }
        return share <= 1;
    }

    private static List<Link> links(ProfileNode root) {
        List<Link> links = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>();
        for (ProfileNode node : root.objects("links")) {
            Optional<String> name = node.text("link");
            Optional<Double> alpha = node.amount("alphaNanos");
            Optional<Double> rate = node.rate("bytesPerSecond");
            Map<Collective, TreeMap<Integer, MeasuredTimes>> tables = collectives(node);
            node.close();
            if (name.isPresent() && !names.add(name.get())) {
                node.wrong("link", "is '" + name.get() + "' a second time.");
            } else if (name.isPresent() && alpha.isPresent() && rate.isPresent()) {
                links.add(new Link(name.get(), alpha.get() * NANO, rate.get(), new EnumMap<>(tables)));
            }
        }
        return links;
    }

    private static Map<Collective, TreeMap<Integer, MeasuredTimes>> collectives(ProfileNode link) {
        Map<Collective, TreeMap<Integer, MeasuredTimes>> tables = new EnumMap<>(Collective.class);
        for (ProfileNode node : link.objects("collectives")) {
            Optional<Collective> kind = node.word(
                            "kind",
                            Stream.of(Collective.values()).map(Collective::key).toList())
                    .flatMap(key -> Stream.of(Collective.values())
                            .filter(c -> c.key().equals(key))
                            .findFirst());
            Optional<Long> size = node.whole("size", 2, GROUP_MOST);
            Optional<List<Long>> bytes = node.ascending("tensorBytes");
            Optional<List<Double>> nanos = node.rates("nanos", bytes.map(b -> (long) b.size()));
            node.close();
            if (kind.isEmpty() || size.isEmpty() || bytes.isEmpty() || nanos.isEmpty()) {
                continue;
            }
            int group = size.get().intValue();
            if (tables.computeIfAbsent(kind.get(), c -> new TreeMap<>())
                            .putIfAbsent(group, times(kind.get(), group, bytes.get(), nanos.get()))
                    != null) {
                node.wrong("size", "has a table of " + kind.get().key() + " already.");
            }
        }
        return tables;
    }

    /** Times by what one device sends; of sizes that send as much the longest time counts. */
    private static MeasuredTimes times(Collective kind, int group, List<Long> tensorBytes, List<Double> nanos) {
        TreeMap<Long, Double> seconds = new TreeMap<>();
        for (int i = 0; i < tensorBytes.size(); i++) {
            seconds.merge(kind.wireBytes(group, tensorBytes.get(i)), nanos.get(i) * NANO, Math::max);
        }
        return new MeasuredTimes(List.copyOf(seconds.keySet()), List.copyOf(seconds.values()));
    }
}
