// An optimizer's update of many tensors by one launch: each number is read and written once. V is the type of values and moments, G that of
// gradients: 16 bits of a bfloat16, or float. All arithmetic is in floats, bias corrections in doubles. The optimizer is AdamW, which has two
// moments, or LION, which has one, or SGD, which has one or none.

// Within an ulp or two, and some instructions shorter than what rounds rightly.
static __device__ __forceinline__ float root(float x) {
    float r;
    asm("sqrt.approx.f32 %0, %1;" : "=f"(r) : "f"(x));
    return r;
}

#if defined(BF16)
typedef Half V;
typedef Half G;
#define VECTOR 8 // numbers that a thread takes at once
#elif defined(MIXED)
typedef float V;
typedef Half G;
#define VECTOR 8
#else
typedef float V;
typedef float G;
#define VECTOR 4
#endif

#ifndef MOMENTS // tensors of state
#define MOMENTS 2
#endif

#define THREADS 256
#define CHUNK 16384 // numbers of a block
#define MOST 62     // tensors of a launch: all arguments are within 4096 bytes

// What one tensor's update reads and writes; rounded is null where nobody wants values in 16 bits beside, steps where nobody counts.
struct Part {
    V* value;
    const G* gradient;
    V* moments[2];
    Half* rounded;
    float* steps;
    long long count;
    int first; // block
    float decay;
};

struct Table {
    Part parts[MOST];
};

template <typename T>
union Pack {
    uint4 whole[VECTOR * sizeof(T) / 16];
    T part[VECTOR];
};

template <typename T>
static __device__ __forceinline__ Pack<T> load(const T* from, long long vector) {
    Pack<T> pack;
#pragma unroll
    for (int i = 0; i < VECTOR * sizeof(T) / 16; i++) pack.whole[i] = ((const uint4*)from)[vector * (VECTOR * sizeof(T) / 16) + i];
    return pack;
}

template <typename T>
static __device__ __forceinline__ void store(T* to, long long vector, const Pack<T>& pack) {
#pragma unroll
    for (int i = 0; i < VECTOR * sizeof(T) / 16; i++) ((uint4*)to)[vector * (VECTOR * sizeof(T) / 16) + i] = pack.whole[i];
}

// What is the same for all numbers of a tensor.
struct Rates {
    float decay;      // of the value; SGD adds it to the gradient
    float step;       // learning rate; AdamW's by the first moment's correction
    float correction; // of AdamW's second moment's root
    float keep1, take1, keep2, take2;
    float eps;
    float factor; // of gradients
};

// From one number towards another; the smaller share is the factor, so that rounding it does not add up over steps.
static __device__ __forceinline__ float towards(float from, float to, float keep, float take) {
    return take < 0.5f ? fmaf(take, to - from, from) : fmaf(keep, from - to, to);
}

static __device__ __forceinline__ float updated(float value, float gradient, float* moments, const Rates& rates) {
    gradient *= rates.factor;
#if defined(SGD)
    gradient = fmaf(rates.decay, value, gradient);
#if MOMENTS > 0
    gradient = moments[0] = fmaf(rates.keep1, moments[0], gradient);
#endif
    return fmaf(-rates.step, gradient, value);
#else
    value = fmaf(-rates.decay, value, value);
#if defined(LION)
    float direction = towards(moments[0], gradient, rates.keep1, rates.take1);
    moments[0] = towards(moments[0], gradient, rates.keep2, rates.take2);
    return value - rates.step * ((direction > 0.f) - (direction < 0.f));
#else
    moments[0] = towards(moments[0], gradient, rates.keep1, rates.take1);
    moments[1] = towards(moments[1], gradient * gradient, rates.keep2, rates.take2);
    return value - __fdividef(rates.step * moments[0], fmaf(root(moments[1]), rates.correction, rates.eps));
#endif
#endif
}

// One more step for each tensor; a block.
extern "C" __global__ void __launch_bounds__(64) advance(const __grid_constant__ Table table, int size) {
    if (threadIdx.x < size) *table.parts[threadIdx.x].steps += 1.f;
}

// AdamW: value -= rate * decay * value; moments towards the gradient and its square;
// value -= rate * (moments[0] / (1 - beta1^steps)) / (sqrt(moments[1] / (1 - beta2^steps)) + eps).
// LION: value -= rate * decay * value; value -= rate * sign(moment towards the gradient by 1 - beta1); moment towards it by 1 - beta2.
// SGD: gradient += decay * value; moment = beta1 * moment + gradient; value -= rate * moment.
extern "C" __global__ void __launch_bounds__(THREADS) update(
    const __grid_constant__ Table table, int size, const float* rate, double beta1, double beta2, float eps, const float* factor) {
    __shared__ Rates shared;
    int which = 0; // the last part that begins with this block or before
    for (int end = size; which + 1 < end;) {
        int middle = (which + end) / 2;
        if (table.parts[middle].first <= blockIdx.x)
            which = middle;
        else
            end = middle;
    }
    const Part& part = table.parts[which];
    if (threadIdx.x == 0) {
        double learning = *rate;
#if defined(SGD)
        shared.decay = part.decay;
#else
        shared.decay = (float)(learning * part.decay);
#endif
#if defined(SGD) || defined(LION)
        shared.step = (float)learning;
        shared.correction = 1.f;
#else
        double steps = *part.steps;
        shared.step = (float)(learning / (1 - pow(beta1, steps)));
        shared.correction = (float)(1 / sqrt(1 - pow(beta2, steps)));
#endif
        shared.keep1 = (float)beta1;
        shared.take1 = (float)(1 - beta1);
        shared.keep2 = (float)beta2;
        shared.take2 = (float)(1 - beta2);
        shared.eps = eps;
        shared.factor = factor ? *factor : 1.f;
    }
    __syncthreads();
    Rates rates = shared;

    V* value = part.value;
    const G* gradient = part.gradient;
    Half* rounded = part.rounded;
    V* states[MOMENTS + 1]; // no array is empty
    long long begin = (long long)(blockIdx.x - part.first) * CHUNK;
    long long end = begin + CHUNK < part.count ? begin + CHUNK : part.count;
    unsigned long long places = (unsigned long long)value | (unsigned long long)gradient | (unsigned long long)rounded;
#pragma unroll
    for (int k = 0; k < MOMENTS; k++) {
        states[k] = part.moments[k];
        places |= (unsigned long long)states[k];
    }
    long long rest = begin; // numbers from here on are taken one by one
    if ((places & 15) == 0) {
        rest = end / VECTOR * VECTOR;
        for (long long i = begin / VECTOR + threadIdx.x; i < end / VECTOR; i += THREADS) {
            Pack<V> values = load(value, i);
            Pack<G> gradients = load(gradient, i);
            Pack<V> moments[MOMENTS + 1];
#pragma unroll
            for (int k = 0; k < MOMENTS; k++) moments[k] = load(states[k], i);
#ifdef MIXED
            Pack<Half> halves;
#endif
#pragma unroll
            for (int j = 0; j < VECTOR; j++) {
                float m[MOMENTS + 1];
#pragma unroll
                for (int k = 0; k < MOMENTS; k++) m[k] = wide(moments[k].part[j]);
                float x = updated(wide(values.part[j]), wide(gradients.part[j]), m, rates);
                narrow(x, values.part[j]);
#pragma unroll
                for (int k = 0; k < MOMENTS; k++) narrow(m[k], moments[k].part[j]);
#ifdef MIXED
                narrow(x, halves.part[j]);
#endif
            }
            store(value, i, values);
#pragma unroll
            for (int k = 0; k < MOMENTS; k++) store(states[k], i, moments[k]);
#ifdef MIXED
            if (rounded) store(rounded, i, halves);
#endif
        }
    }
    for (long long i = rest + threadIdx.x; i < end; i += THREADS) {
        float m[MOMENTS + 1];
#pragma unroll
        for (int k = 0; k < MOMENTS; k++) m[k] = wide(states[k][i]);
        float x = updated(wide(value[i]), wide(gradient[i]), m, rates);
        narrow(x, value[i]);
#pragma unroll
        for (int k = 0; k < MOMENTS; k++) narrow(m[k], states[k][i]);
        if (rounded) narrow(x, rounded[i]);
    }
}
