#!/usr/bin/env bash
# All rows of two devices, PyTorch's behind ours: about three minutes.
. "$(dirname "$0")/rows.sh"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader
for plan in SmallPair BillionPair BillionPairData BillionPairTensor BillionPair11; do
    ranks 2 20 $plan
done
ranks 2 8 SixPair48
ranks 2 6 LongPair
row $launch --ranks 2 $gpu.EvaluationPeak
pytorch 2 small:ddp 1.3b:ddp 1.3b:fsdp 1.3b:fsdp-all 6.7b:fsdp 6.7b:fsdp-all
