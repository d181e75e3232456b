#!/usr/bin/env bash
# All rows of one H100, PyTorch's behind ours where TORCH has its scripts: about seven minutes.
. "$(dirname "$0")/rows.sh"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader
for plan in SmallFree Small7 Small5 Small4 Small3 Small2; do
    one 30 $plan
done
for plan in BillionFree Billion21 Billion16 Billion11; do
    one 20 $plan
done
row -Dashlar.graph=false $gpu.GpuBenchmark --steps 30 Small7
row -Dashlar.kernels=false $gpu.GpuBenchmark --steps 30 Small7
if [ -n "${TORCH:-}" ]; then
    env -u PYTORCH_ALLOC_CONF -u LD_LIBRARY_PATH python3 "$TORCH/torch_gpt.py" 2>> "$OUT/torch.log" | tee "$OUT/torch.jsonl"
fi
