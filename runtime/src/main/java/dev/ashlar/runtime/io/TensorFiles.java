package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Tensors whose parts lie in several files, put together again one by one. */
public final class TensorFiles implements AutoCloseable {
    private final List<Safetensors> files;
    private final Map<String, Whole> tensors;

    private record Piece(Safetensors file, List<Long> origin) {}

    private record Whole(List<Long> shape, List<Piece> pieces) {}

    private TensorFiles(List<Safetensors> files, Map<String, Whole> tensors) {
        this.files = files;
        this.tensors = tensors;
    }

    /**
     * Opens files that belong together.
     *
     * @throws AshlarException if one is missing or damaged, or if parts do not make whole tensors
     */
    public static TensorFiles open(List<Path> paths) {
        List<Safetensors> files = new ArrayList<>();
        try {
            Map<String, Whole> tensors = new TreeMap<>();
            for (Path path : paths) {
                Safetensors file = Safetensors.open(path);
                files.add(file);
                file.names().forEach(name -> add(tensors, path, file, name));
            }
            tensors.forEach((name, whole) -> requireComplete(paths, name, whole));
            return new TensorFiles(files, tensors);
        } catch (AshlarException e) {
            files.forEach(Safetensors::close);
            throw e;
        }
    }

    private static void add(Map<String, Whole> tensors, Path path, Safetensors file, String name) {
        List<Long> shape = file.shape(name);
        String written = file.metadata().get(TensorPart.key(name));
        TensorPart.Place place = written == null
                ? new TensorPart.Place(shape.stream().map(size -> 0L).toList(), shape)
                : TensorPart.parse(written, shape)
                        .orElseThrow(() -> damaged(path, "'" + name + "' is said to be the part " + written));
        Whole whole = tensors.computeIfAbsent(name, n -> new Whole(place.whole(), new ArrayList<>()));
        if (!whole.shape().equals(place.whole())) {
            throw damaged(
                    path,
                    "'" + name + "' is a part of " + place.whole() + " here and of " + whole.shape()
                            + " in another file");
        }
        if (!file.floating(name)) {
            throw damaged(path, "'" + name + "' holds whole numbers");
        }
        whole.pieces().add(new Piece(file, place.origin()));
    }

    private static void requireComplete(List<Path> paths, String name, Whole whole) {
        long elements = 0;
        for (Piece piece : whole.pieces()) {
            elements += elements(piece.file().shape(name));
        }
        long origins = whole.pieces().stream().map(Piece::origin).distinct().count();
        if (elements != elements(whole.shape()) || origins != whole.pieces().size()) {
            throw damaged(
                    paths.get(0),
                    "the " + whole.pieces().size() + " parts of '" + name + "' in " + paths.size() + " files have "
                            + elements + " of its " + elements(whole.shape()) + " elements");
        }
    }

    private static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    private static AshlarException damaged(Path path, String reason) {
        return new AshlarException(
                path + " is not a sound part of a checkpoint: " + reason + "; resume from an older one");
    }

    /** The names of the tensors, sorted. */
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    /** The sizes of a whole tensor's dimensions. */
    public List<Long> shape(String name) {
        return tensor(name).shape();
    }

    private Whole tensor(String name) {
        Whole whole = tensors.get(name);
        if (whole == null) {
            throw new AshlarException(
                    "the checkpoint has no tensor '" + name + "'" + Names.didYouMean(name, tensors.keySet()));
        }
        return whole;
    }

    /**
     * Puts a tensor together: 32-bit floats.
     *
     * @throws AshlarException if there is no such tensor, or it has more elements than an array
     */
    public HostTensor read(String name) {
        Whole whole = tensor(name);
        if (whole.pieces().size() == 1) {
            return whole.pieces().get(0).file().read(name);
        }
        long elements = elements(whole.shape());
        if (elements > Integer.MAX_VALUE - Long.BYTES) {
            throw new AshlarException("the tensor '" + name + "' has " + elements
                    + " elements, more than a Java array holds; plan a mesh that cuts it further");
        }
        float[] values = new float[(int) elements];
        for (Piece piece : whole.pieces()) {
            copy(piece.file().read(name), piece.origin(), values, whole.shape());
        }
        return HostTensor.of(values, whole.shape().stream().mapToLong(n -> n).toArray());
    }

    /** Row by row of the part's last dimension. */
    private static void copy(HostTensor part, List<Long> origin, float[] values, List<Long> shape) {
        long[] sizes = part.shape();
        int last = sizes.length - 1;
        int row = (int) sizes[last];
        float[] from = part.floats();
        for (int start = 0; start < from.length; start += row) {
            long rest = start / row;
            long index = origin.get(last);
            long stride = shape.get(last);
            for (int d = last - 1; d >= 0; d--) {
                index += (origin.get(d) + rest % sizes[d]) * stride;
                stride *= shape.get(d);
                rest /= sizes[d];
            }
            System.arraycopy(from, start, values, (int) index, row);
        }
    }

    @Override
    public void close() {
        files.forEach(Safetensors::close);
    }
}
