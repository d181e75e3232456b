package dev.ashlar.processor.device;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.diagnostic.Suggestions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The devices and links that a plan may name. */
public final class DeviceCatalogue {
    /** Share of a datasheet's dense rate that large products reach: 771 of 989 TFLOP/s were measured on an H100. */
    private static final double FLOPS_EFFICIENCY = 0.78;

    /** Share of a datasheet's bandwidth that copies reach: 2.91 of 3.35 TB/s were measured on an H100. */
    private static final double BANDWIDTH_EFFICIENCY = 0.87;

    private static final long GIB = 1L << 30;

    private final Map<String, Device> devices = new TreeMap<>();
    private final Map<String, Link> links = new TreeMap<>();

    /** Devices get the link that has the name of theirs. */
    private DeviceCatalogue(Collection<Device> devices, Collection<Link> links) {
        links.forEach(l -> this.links.put(l.name(), l));
        devices.forEach(d -> this.devices.put(
                d.name(), d.with(Objects.requireNonNull(this.links.get(d.link().name())))));
    }

    /**
     * The devices that are built in. Rates are dense and without sparsity; FP32 is without TF32, as libtorch multiplies by default. The
     * datasheets' GB of device memory are binary.
     */
    public static DeviceCatalogue standard() {
        // Loopback with Gloo: an all-reduce of 64 MB over two ranks took 67 ms.
        Link gloo = new Link("gloo", 100e-6, 1e9);
        // PCI-SIG: 16 lanes carry 31.5 GB/s each way in generation 4 and 63.0 in generation 5; about 0.8 of it is
        // reached.
        Link pcie4 = new Link("pcie4", 15e-6, 25e9);
        Link pcie5 = new Link("pcie5", 15e-6, 50e9);
        // One direction of NVIDIA's figures for NVLink 3, 4 and 5: 600, 900 and 1,800 GB/s both ways.
        Link nvlink3 = new Link("nvlink3", 8e-6, 300e9);
        Link nvlink4 = new Link("nvlink4", 8e-6, 450e9);
        Link nvlink5 = new Link("nvlink5", 8e-6, 900e9);
        // NVIDIA Quantum (HDR), Quantum-2 (NDR) and Quantum-X800 (XDR) InfiniBand datasheets: 200, 400 and 800 Gb/s a
        // port.
        Link hdr = new Link("ib-200g", 15e-6, 25e9);
        Link ndr = new Link("ib-400g", 15e-6, 50e9);
        Link xdr = new Link("ib-800g", 15e-6, 100e9);
        // IEEE 802.3: 100 Gb/s Ethernet, one port; alpha as of TCP through the kernel.
        Link ethernet = new Link("ethernet-100g", 50e-6, 12.5e9);
        // Measured on two cores with libtorch 2.10: FP32 products 272 to 324 GFLOP/s, BF16 (oneDNN) 1,800 to 2,020, a
        // call up to 5 us.
        Device cpu = new Device(
                "cpu",
                16 * GIB,
                0,
                Map.of(NumberFormat.FP32, 300e9, NumberFormat.BF16, 1_900e9),
                20e9,
                5e-6,
                true,
                gloo,
                Calibration.slowedBy(1)); // what ranks send, the same cores copy and add
        return new DeviceCatalogue(
                Arrays.asList(
                        cpu,
                        // NVIDIA A100 Tensor Core GPU datasheet, 2021: SXM 40 GB and 80 GB.
                        gpu("a100-40", 40, 312e12, 19.5e12, 1_555e9, nvlink3),
                        gpu("a100-80", 80, 312e12, 19.5e12, 2_039e9, nvlink3),
                        // NVIDIA H100 Tensor Core GPU datasheet, 2023: SXM; BF16 1,979 TFLOP/s with sparsity.
                        gpu("h100-sxm", 80, 989.5e12, 67e12, 3_350e9, nvlink4),
                        // NVIDIA H200 Tensor Core GPU datasheet, 2024: SXM.
                        gpu("h200-sxm", 141, 989.5e12, 67e12, 4_800e9, nvlink4),
                        // NVIDIA DGX B200 datasheet, 2024, an eighth of it: 180 GB, BF16 4,500 TFLOP/s with sparsity.
                        gpu("b200", 180, 2_250e12, 75e12, 8_000e9, nvlink5),
                        // NVIDIA L4 Tensor Core GPU datasheet, 2023: BF16 242 TFLOP/s with sparsity.
                        gpu("l4", 24, 121e12, 30.3e12, 300e9, pcie4),
                        // NVIDIA Ada GPU architecture whitepaper, 2022, GeForce RTX 4090: BF16 with FP32 accumulation.
                        gpu("rtx4090", 24, 165.2e12, 82.6e12, 1_008e9, pcie4)),
                Arrays.asList(gloo, ethernet, pcie4, pcie5, nvlink3, nvlink4, nvlink5, hdr, ndr, xdr));
    }

    private static Device gpu(
            String name, long memoryGib, double bf16Flops, double fp32Flops, double bandwidth, Link link) {
        // Seen on an H100: 0.75 GiB for the context and loaded kernels.
        long fixed = 3 * GIB / 4;
        Map<NumberFormat, Double> rates = Map.of(
                NumberFormat.BF16, bf16Flops * FLOPS_EFFICIENCY, NumberFormat.FP32, fp32Flops * FLOPS_EFFICIENCY);
        return new Device(name, memoryGib * GIB, fixed, rates, bandwidth * BANDWIDTH_EFFICIENCY, 4e-6, false, link);
    }

    /**
     * This catalogue with profiles, which take the place of built-in devices and links of the same name. What two profiles define, or a link
     * that nobody does, is reported, and the catalogue is then as it was.
     *
     * @param source where the user named the profiles
     */
    public DeviceCatalogue with(List<DeviceProfile> profiles, Source source, Diagnostics diagnostics) {
        Map<String, Device> allDevices = new TreeMap<>(devices);
        Map<String, Link> allLinks = new TreeMap<>(links);
        Map<String, String> files = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        for (DeviceProfile profile : profiles) {
            claim(files, "device", profile.device().name(), profile.file()).ifPresent(problems::add);
            allDevices.put(profile.device().name(), profile.device());
            for (Link link : profile.links()) {
                claim(files, "link", link.name(), profile.file()).ifPresent(problems::add);
                allLinks.put(link.name(), link);
            }
        }
        for (DeviceProfile profile : profiles) {
            String link = profile.device().link().name();
            if (!allLinks.containsKey(link)) {
                problems.add(
                        "Device profile " + profile.file() + ": 'device.link' names the unknown link '" + link + "'."
                                + Suggestions.didYouMean(link, allLinks.keySet()) + " Known are "
                                + String.join(", ", allLinks.keySet()) + ".");
            }
        }
        problems.forEach(problem -> diagnostics.error(Code.BAD_PROFILE, source, problem));
        return problems.isEmpty() ? new DeviceCatalogue(allDevices.values(), allLinks.values()) : this;
    }

    /** Notes which file defines something; what is wrong if another does already. */
    private static Optional<String> claim(Map<String, String> files, String what, String name, String file) {
        String first = files.putIfAbsent(what + " " + name, file);
        return first == null
                ? Optional.empty()
                : Optional.of("Device profiles " + first + " and " + file + " both define the " + what + " '" + name
                        + "'. Leave one of them out, or give one another name.");
    }

    /** The device of this name, if there is one. */
    public Optional<Device> find(String name) {
        return Optional.ofNullable(devices.get(name));
    }

    /**
     * The device of this name.
     *
     * @param source where the user wrote it
     * @throws ModelException if there is none
     */
    public Device device(String name, Source source) {
        return find(devices, "device", name, source, Code.UNKNOWN_DEVICE);
    }

    /**
     * The link of this name.
     *
     * @param source where the user wrote it
     * @throws ModelException if there is none
     */
    public Link link(String name, Source source) {
        return find(links, "link", name, source, Code.BAD_MESH);
    }

    private static <T> T find(Map<String, T> known, String what, String name, Source source, Code code) {
        T found = known.get(name);
        if (found == null) {
            throw new ModelException(
                    code,
                    source,
                    "There is no " + what + " '" + name + "'." + Suggestions.didYouMean(name, known.keySet())
                            + " Known are " + String.join(", ", known.keySet()) + ".");
        }
        return found;
    }
}
