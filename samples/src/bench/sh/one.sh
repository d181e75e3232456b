#!/usr/bin/env bash
# All rows of one H100, PyTorch's behind ours: about seven minutes.
. "$(dirname "$0")/rows.sh"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader
for plan in SmallFree Small7 Small5 Small4 Small3 Small2 SmallSegments SmallLeast; do
    one 30 $plan
done
for plan in BillionFree Billion21 Billion16 Billion11 Billion10; do
    one 20 $plan
done
row -Dashlar.graph=false $gpu.GpuBenchmark --steps 30 Small7
row -Dashlar.kernels=false $gpu.GpuBenchmark --steps 30 Small7
pytorch 1 small:eager small:half small:all small:compiled 1.3b:eager 1.3b:half 1.3b:all 1.3b:compiled \
    small:compiled=0.6 small:compiled=0.3 small:compiled=0.0
