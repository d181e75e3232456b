# Sourced by the scripts beside it, on the machine with the GPUs: how a row of docs/benchmarks.md is run. CP is the class path of
# plans.sh's classes, both jars and the libraries; rows go to $OUT/rows.jsonl, what a row says beside to $OUT/rows.log.
set -uo pipefail
: "${CP:?the class path}" "${OUT:?a folder for the results}"
export PYTORCH_ALLOC_CONF=expandable_segments:True
gpu=dev.ashlar.samples.bench.gpu
launch=dev.ashlar.runtime.launch.Launch

# Java as benchmarks run it: timed T seconds at the most, so that a row that hangs does not take the others with it.
ashlar() {
    timeout -k 5 "${T:-90}" java --enable-native-access=ALL-UNNAMED -Dorg.bytedeco.javacpp.nopointergc=true \
        -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dashlar.kernels.cache="${KERNELS:-/tmp/ashlar-kernels}" -cp "$CP" "$@"
}

# One line of JSON of what follows.
row() {
    local code=0
    ashlar "$@" > "$OUT/row" 2>> "$OUT/rows.log" || code=$?
    grep -o '{.*}' "$OUT/row" | tee -a "$OUT/rows.jsonl"
    if [ $code -ne 0 ]; then
        echo "{\"failed\":\"$*\",\"code\":$code}" | tee -a "$OUT/rows.jsonl"
        tail -n 5 "$OUT/row" "$OUT/rows.log"
    fi
}

one() { row $gpu.GpuBenchmark --steps "$1" "$2"; }
ranks() { row $launch --ranks "$1" $gpu.GpuBenchmark --steps "$2" "$3"; }

# PyTorch's rows behind ours, on its own libraries: pytorch N MODEL:WAY…
pytorch() {
    local number=$1 script
    shift
    script=$(dirname "${BASH_SOURCE[0]}")/../python/pytorch.py
    env -u PYTORCH_ALLOC_CONF -u LD_LIBRARY_PATH timeout -k 5 300 \
        $([ "$number" -eq 1 ] && echo python3 || echo torchrun --nproc-per-node "$number") "$script" "$@" 2>> "$OUT/torch.log" |
        tee -a "$OUT/rows.jsonl"
}
