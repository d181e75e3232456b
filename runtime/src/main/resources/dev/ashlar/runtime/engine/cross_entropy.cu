// Cross-entropy over rows of logits, one block a row. E is the type of logits and gradients: 16 bits of a bfloat16, or float.
// Rows that fit are kept in shared memory, so that device memory is read once. Vectors of 16 bytes where rows are aligned.

#define LANES (16 / (int)sizeof(E))
#define LOG2E 1.4426950408889634f
#define LN2 0.6931471805599453f

union Pack {
    uint4 whole;
    E part[LANES];
};

static __device__ __forceinline__ float exponential(float x) { return exp2f(x * LOG2E); }

// Maximum and sum of exponentials of all threads' pairs, the same in every thread.
static __device__ void reduce(float& most, float& sum) {
    __shared__ float mosts[32];
    __shared__ float sums[32];
    for (int offset = 16; offset > 0; offset >>= 1) {
        float otherMost = __shfl_xor_sync(0xffffffffu, most, offset);
        float otherSum = __shfl_xor_sync(0xffffffffu, sum, offset);
        float both = fmaxf(most, otherMost);
        sum = both == -__int_as_float(0x7f800000) ? 0.f
                                                   : sum * exponential(most - both) + otherSum * exponential(otherMost - both);
        most = both;
    }
    int warp = threadIdx.x >> 5;
    if ((threadIdx.x & 31) == 0) {
        mosts[warp] = most;
        sums[warp] = sum;
    }
    __syncthreads();
    int warps = blockDim.x >> 5;
    float both = mosts[0];
    for (int i = 1; i < warps; i++) both = fmaxf(both, mosts[i]);
    float total = 0.f;
    for (int i = 0; i < warps; i++)
        if (sums[i] > 0.f) total += sums[i] * exponential(mosts[i] - both);
    __syncthreads();
    most = both;
    sum = total;
}

// The logarithm of the sum of exponentials of a row; leaves the row in shared memory if it is kept there.
static __device__ float logSumExp(const E* row, int classes, E* kept, bool keeps, bool aligned) {
    float most = -__int_as_float(0x7f800000);
    float sum = 0.f;
    if (aligned) {
        const uint4* vectors = (const uint4*)row;
        for (int i = threadIdx.x; i < classes / LANES; i += blockDim.x) {
            Pack pack;
            pack.whole = vectors[i];
            if (keeps) ((uint4*)kept)[i] = pack.whole;
            float local = wide(pack.part[0]);
#pragma unroll
            for (int j = 1; j < LANES; j++) local = fmaxf(local, wide(pack.part[j]));
            float both = fmaxf(most, local);
            float added = 0.f;
#pragma unroll
            for (int j = 0; j < LANES; j++) added += exponential(wide(pack.part[j]) - both);
            sum = sum * exponential(most - both) + added;
            most = both;
        }
    } else {
        for (int i = threadIdx.x; i < classes; i += blockDim.x) {
            E element = row[i];
            if (keeps) kept[i] = element;
            float x = wide(element);
            float both = fmaxf(most, x);
            sum = sum * exponential(most - both) + exponential(x - both);
            most = both;
        }
    }
    reduce(most, sum);
    return most + log2f(sum) * LN2;
}

// out[class] = source[class] - less.
static __device__ void differences(const E* source, float* out, int classes, float less, bool aligned) {
    if (aligned && classes % 4 == 0) {
        for (int i = threadIdx.x; i < classes / LANES; i += blockDim.x) {
            Pack pack;
            pack.whole = ((const uint4*)source)[i];
#pragma unroll
            for (int j = 0; j < LANES; j += 4)
                ((float4*)out)[(i * LANES + j) / 4] = make_float4(
                    wide(pack.part[j]) - less,
                    wide(pack.part[j + 1]) - less,
                    wide(pack.part[j + 2]) - less,
                    wide(pack.part[j + 3]) - less);
        }
    } else {
        for (int i = threadIdx.x; i < classes; i += blockDim.x) out[i] = wide(source[i]) - less;
    }
}

// result[row, class] = logits[row, class] less the row's logarithm of the sum of exponentials.
extern "C" __global__ void log_softmax(const E* logits, float* result, int classes, int keeps) {
    extern __shared__ uint4 shared[];
    E* kept = (E*)shared;
    const E* row = logits + (long long)blockIdx.x * classes;
    float* out = result + (long long)blockIdx.x * classes;
    bool aligned = classes % LANES == 0 && ((unsigned long long)logits & 15) == 0;
    float less = logSumExp(row, classes, kept, keeps, aligned);
    differences(keeps ? kept : row, out, classes, less, aligned);
}

// Of a row of logits of some of all classes, from class first on: the logarithm of its sum of exponentials, the logit of the row's target
// (0 if the target is another class), and, unless totals is null, the sum of its logits.
extern "C" __global__ void log_sum_exp(
    const E* logits, int classes, const long long* targets, long long first, float* sums, float* hot, float* totals) {
    __shared__ float parts[32];
    const E* row = logits + (long long)blockIdx.x * classes;
    bool aligned = classes % LANES == 0 && ((unsigned long long)logits & 15) == 0;
    float sum = logSumExp(row, classes, nullptr, false, aligned);
    float total = 0.f;
    if (totals) {
        for (int i = threadIdx.x; i < classes; i += blockDim.x) total += wide(row[i]);
        for (int offset = 16; offset > 0; offset >>= 1) total += __shfl_xor_sync(0xffffffffu, total, offset);
        if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = total;
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        long long place = targets[blockIdx.x] - first;
        sums[blockIdx.x] = sum;
        hot[blockIdx.x] = place >= 0 && place < classes ? wide(row[place]) : 0.f;
        if (totals) {
            float all = 0.f;
            for (int i = 0; i < (int)(blockDim.x >> 5); i++) all += parts[i];
            totals[blockIdx.x] = all;
        }
    }
}

// result[row, class] = logits[row, class] - less[row].
extern "C" __global__ void subtract(const E* logits, float* result, int classes, const float* less) {
    bool aligned = classes % LANES == 0 && ((unsigned long long)logits & 15) == 0;
    long long start = (long long)blockIdx.x * classes;
    differences(logits + start, result + start, classes, less[blockIdx.x], aligned);
}

// result[row, class] = (exp(logProbabilities[row, class]) - uniform) * factors[row], and added[row] more at places[row].
extern "C" __global__ void gradient(
    const float* logProbabilities,
    E* result,
    int classes,
    float uniform,
    const float* factors,
    const long long* places,
    const float* added) {
    const float* row = logProbabilities + (long long)blockIdx.x * classes;
    E* out = result + (long long)blockIdx.x * classes;
    float factor = factors[blockIdx.x];
    int place = (int)places[blockIdx.x];
    float more = added[blockIdx.x];
    if (classes % LANES == 0 && classes % 4 == 0 && ((unsigned long long)result & 15) == 0) {
        for (int i = threadIdx.x; i < classes / LANES; i += blockDim.x) {
            Pack pack;
#pragma unroll
            for (int j = 0; j < LANES; j += 4) {
                float4 x = ((const float4*)row)[(i * LANES + j) / 4];
                float values[4] = {x.x, x.y, x.z, x.w};
#pragma unroll
                for (int l = 0; l < 4; l++) {
                    int index = i * LANES + j + l;
                    float y = (exponential(values[l]) - uniform) * factor;
                    pack.part[j + l] = narrow(index == place ? y + more : y);
                }
            }
            ((uint4*)out)[i] = pack.whole;
        }
    } else {
        for (int i = threadIdx.x; i < classes; i += blockDim.x) {
            float y = (exponential(row[i]) - uniform) * factor;
            out[i] = narrow(i == place ? y + more : y);
        }
    }
}

// In one pass over logits: losses[row] = what the row adds to the sum of losses, and logits become their gradients.
// factors[row] = the gradient of the loss with respect to the row's term, 0 for rows that do not count.
extern "C" __global__ void loss_and_gradient(
    E* logits,
    int classes,
    float smoothing,
    const float* factors,
    const long long* places,
    float* losses,
    int keeps) {
    extern __shared__ uint4 shared[];
    __shared__ float totals[32];
    E* kept = (E*)shared;
    E* row = logits + (long long)blockIdx.x * classes;
    bool aligned = classes % LANES == 0 && ((unsigned long long)logits & 15) == 0;
    float factor = factors[blockIdx.x];
    int place = (int)places[blockIdx.x];
    float hot = wide(row[place]);
    float less = logSumExp(row, classes, kept, keeps, aligned);
    const E* source = keeps ? kept : row;
    float uniform = smoothing / classes;
    float total = 0.f;
    if (smoothing > 0.f) {
        for (int i = threadIdx.x; i < classes; i += blockDim.x) total += wide(source[i]) - less;
        for (int offset = 16; offset > 0; offset >>= 1) total += __shfl_xor_sync(0xffffffffu, total, offset);
        if ((threadIdx.x & 31) == 0) totals[threadIdx.x >> 5] = total;
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        float all = 0.f;
        if (smoothing > 0.f)
            for (int i = 0; i < (int)(blockDim.x >> 5); i++) all += totals[i];
        losses[blockIdx.x] = factor == 0.f ? 0.f : -((1.f - smoothing) * (hot - less) + uniform * all);
    }
    __syncthreads();
    float more = (smoothing - 1.f) * factor;
    if (aligned) {
        for (int i = threadIdx.x; i < classes / LANES; i += blockDim.x) {
            Pack pack;
            pack.whole = ((const uint4*)source)[i];
#pragma unroll
            for (int j = 0; j < LANES; j++) {
                float y = (exponential(wide(pack.part[j]) - less) - uniform) * factor;
                pack.part[j] = narrow(i * LANES + j == place ? y + more : y);
            }
            ((uint4*)row)[i] = pack.whole;
        }
    } else {
        for (int i = threadIdx.x; i < classes; i += blockDim.x) {
            float y = (exponential(wide(source[i]) - less) - uniform) * factor;
            row[i] = narrow(i == place ? y + more : y);
        }
    }
}
