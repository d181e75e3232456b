#!/usr/bin/env bash
# What one CUDA device is checked by: the same losses as the CPU's, as PyTorch's and in micro-batches, updates and fused kernels against libtorch's, and
# the tests that need a device. TESTS: a class path with the runtime's test classes and JUnit's console.
. "$(dirname "$0")/rows.sh"
samples=$(cd "$(dirname "$0")/.." && pwd)
row $gpu.BfloatLosses "$OUT" kernels
row -Dashlar.kernels=false $gpu.BfloatLosses "$OUT" libtorch
env -u PYTORCH_ALLOC_CONF -u LD_LIBRARY_PATH timeout 200 python3 "$samples/python/losses.py" "$OUT" 2>> "$OUT/torch.log" | tee "$OUT/losses.json"
row $gpu.UpdateCheck
row $gpu.FusedKernels
if [ -n "${TESTS:-}" ]; then
    T=200 CP=$TESTS:$CP ashlar org.junit.platform.console.ConsoleLauncher execute --disable-banner --details=summary \
        -c dev.ashlar.runtime.engine.CudaTest -c dev.ashlar.runtime.engine.CudaUpdateTest \
        -c dev.ashlar.runtime.engine.NcclTest -c dev.ashlar.runtime.engine.KernelSourcesTest > "$OUT/tests.txt" 2>&1
    grep -E 'tests (successful|failed|aborted|skipped)|containers failed' "$OUT/tests.txt"
fi
T=180 row $gpu.CudaAgainstCpu
row $gpu.PartsAgainstWhole
