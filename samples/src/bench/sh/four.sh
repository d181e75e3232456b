#!/usr/bin/env bash
# All rows of four H200, PyTorch's in their midst, and what two devices are checked by: about eight minutes.
. "$(dirname "$0")/rows.sh"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader
for plan in BillionFour BillionFourZero BillionFourFree BillionFourData; do
    ranks 4 20 $plan
done
for plan in SixFour36 SixFourZero SixFour18; do
    ranks 4 8 $plan
done
pytorch 4 1.3b:ddp 1.3b:fsdp 6.7b:fsdp 6.7b:fsdp-all
row $launch --ranks 2 $gpu.PairAgainstOne "$OUT"
for how in "" halt throw; do
    echo "LostRank $how"
    ashlar $launch --ranks 2 $gpu.LostRank $how 2>&1 | cut -c 1-300 | tail -n 4
    echo "exit code ${PIPESTATUS[0]}"
done
ranks 4 6 LongFour
for plan in BillionFourTensor BillionFourMixed; do
    ranks 4 8 $plan
done
for plan in SixFourTensor SixFourMixed; do
    ranks 4 8 $plan
done
