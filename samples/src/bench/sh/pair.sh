#!/usr/bin/env bash
# All rows of two devices, PyTorch's behind ours where TORCH has its scripts: about four minutes.
. "$(dirname "$0")/rows.sh"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader
for plan in SmallPair BillionPair BillionPairData BillionPairTensor BillionPair11; do
    ranks 2 20 $plan
done
ranks 2 8 SixPair48
ranks 2 6 LongPair
if [ -n "${TORCH:-}" ]; then
    {
        torch_head torch_dist.py 'coll()$'
        echo "run('gpt2s','ddp',L=12,d=768,h=12,T=1024,B=32)"
        echo "A=dict(L=24,d=2048,h=16,T=1024,B=16)"
        echo "G=dict(L=32,d=4096,h=32,T=2048,B=8)"
        echo "for plan,ck in (('ddp',0),('fsdp',0),('fsdp',24)): run('gpt1.3b',plan,ckpt=ck,**A)"
        echo "for ck in (0,32): run('gpt6.7b','fsdp',ckpt=ck,steps=4,**G)"
        echo "dist.destroy_process_group()"
    } > "$OUT/torch_rows.py"
    env -u PYTORCH_ALLOC_CONF -u LD_LIBRARY_PATH timeout 180 torchrun --nproc-per-node 2 "$OUT/torch_rows.py" 2>> "$OUT/torch.log" |
        tee "$OUT/torch.jsonl"
fi
