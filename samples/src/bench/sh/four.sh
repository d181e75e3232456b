#!/usr/bin/env bash
# All rows of four H200, PyTorch's in their midst where TORCH has its scripts, and what two devices are checked by: about six minutes.
. "$(dirname "$0")/rows.sh"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader
for plan in BillionFour BillionFourZero BillionFourFree BillionFourData; do
    ranks 4 20 $plan
done
for plan in SixFour36 SixFourZero SixFour18; do
    ranks 4 8 $plan
done
if [ -n "${TORCH:-}" ]; then
    {
        torch_head torch_dist.py 'coll()$'
        echo "A=dict(L=24,d=2048,h=16,T=1024,B=32)"
        echo "G=dict(L=32,d=4096,h=32,T=2048,B=16)"
        echo "for plan in ('ddp','fsdp'): run('gpt1.3b',plan,**A)"
        echo "for ck in (0,32): run('gpt6.7b','fsdp',ckpt=ck,steps=4,**G)"
        echo "dist.destroy_process_group()"
    } > "$OUT/torch_rows.py"
    env -u PYTORCH_ALLOC_CONF -u LD_LIBRARY_PATH timeout 150 torchrun --nproc-per-node 4 "$OUT/torch_rows.py" 2>> "$OUT/torch.log" | tee "$OUT/torch.jsonl"
fi
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
