// AdamW for many tensors by one launch: each number is read and written once. V is the type of values and moments, G that of gradients:
// 16 bits of a bfloat16, or float. All arithmetic is in floats, bias corrections in doubles.

typedef unsigned short Half;
static __device__ __forceinline__ float wide(Half x) { return __uint_as_float((unsigned)x << 16); }
static __device__ __forceinline__ float wide(float x) { return x; }
static __device__ __forceinline__ void narrow(float x, Half& result) { asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(x)); }
static __device__ __forceinline__ void narrow(float x, float& result) { result = x; }
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

#define THREADS 256
#define CHUNK 16384 // numbers of a block
#define MOST 62     // tensors of a launch: all arguments are within 4096 bytes

// What one tensor's update reads and writes; rounded is null where nobody wants values in 16 bits beside.
struct Part {
    V* value;
    const G* gradient;
    V* moment;
    V* square;
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
    float shrink;     // of the value by weight decay
    float step;       // learning rate by the first moment's correction
    float correction; // of the second moment's root
    float keep1, take1, keep2, take2;
    float eps;
    float factor; // of gradients
};

// From one number towards another; the smaller share is the factor, so that rounding it does not add up over steps.
static __device__ __forceinline__ float towards(float from, float to, float keep, float take) {
    return take < 0.5f ? fmaf(take, to - from, from) : fmaf(keep, from - to, to);
}

static __device__ __forceinline__ float updated(float value, float gradient, float& moment, float& square, const Rates& rates) {
    gradient *= rates.factor;
    value = fmaf(-rates.shrink, value, value);
    moment = towards(moment, gradient, rates.keep1, rates.take1);
    square = towards(square, gradient * gradient, rates.keep2, rates.take2);
    return value - __fdividef(rates.step * moment, fmaf(root(square), rates.correction, rates.eps));
}

// One more step for each tensor; a block.
extern "C" __global__ void __launch_bounds__(64) advance(const __grid_constant__ Table table, int size) {
    if (threadIdx.x < size) *table.parts[threadIdx.x].steps += 1.f;
}

// value -= rate * decay * value; moment and square towards the gradient and its square;
// value -= rate * (moment / (1 - beta1^steps)) / (sqrt(square / (1 - beta2^steps)) + eps).
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
        double steps = *part.steps;
        double learning = *rate;
        shared.shrink = (float)(learning * part.decay);
        shared.step = (float)(learning / (1 - pow(beta1, steps)));
        shared.correction = (float)(1 / sqrt(1 - pow(beta2, steps)));
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
    V* moment = part.moment;
    V* square = part.square;
    Half* rounded = part.rounded;
    long long begin = (long long)(blockIdx.x - part.first) * CHUNK;
    long long end = begin + CHUNK < part.count ? begin + CHUNK : part.count;
    unsigned long long places = (unsigned long long)value | (unsigned long long)gradient | (unsigned long long)moment
        | (unsigned long long)square | (unsigned long long)rounded;
    long long rest = begin; // numbers from here on are taken one by one
    if ((places & 15) == 0) {
        rest = end / VECTOR * VECTOR;
        for (long long i = begin / VECTOR + threadIdx.x; i < end / VECTOR; i += THREADS) {
            Pack<V> values = load(value, i);
            Pack<G> gradients = load(gradient, i);
            Pack<V> moments = load(moment, i);
            Pack<V> squares = load(square, i);
#ifdef MIXED
            Pack<Half> halves;
#endif
#pragma unroll
            for (int j = 0; j < VECTOR; j++) {
                float m = wide(moments.part[j]);
                float s = wide(squares.part[j]);
                float x = updated(wide(values.part[j]), wide(gradients.part[j]), m, s, rates);
                narrow(x, values.part[j]);
                narrow(m, moments.part[j]);
                narrow(s, squares.part[j]);
#ifdef MIXED
                narrow(x, halves.part[j]);
#endif
            }
            store(value, i, values);
            store(moment, i, moments);
            store(square, i, squares);
#ifdef MIXED
            if (rounded) store(rounded, i, halves);
#endif
        }
    }
    for (long long i = rest + threadIdx.x; i < end; i += THREADS) {
        float m = wide(moment[i]);
        float s = wide(square[i]);
        float x = updated(wide(value[i]), wide(gradient[i]), m, s, rates);
        narrow(x, value[i]);
        narrow(m, moment[i]);
        narrow(s, square[i]);
        if (rounded) narrow(x, rounded[i]);
    }
}
