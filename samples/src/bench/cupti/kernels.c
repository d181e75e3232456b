// Writes a line "start end stream name" (nanoseconds) for every kernel, copy and fill of a process to KERNELS.RANK.PID. Built where the device is:
//   gcc -shared -fPIC -O1 -I CUDA/include kernels.c -o libkernels.so -L CUDA/lib64 -lcupti
//   -DKERNEL=CUpti_ActivityKernel10 -DCOPY=CUpti_ActivityMemcpy6 -DFILL=CUpti_ActivityMemset4  (the newest that cupti_activity.h has)
// and loaded by CUDA itself: KERNELS=/tmp/kernels CUDA_INJECTION64_PATH=$PWD/libkernels.so java ...
#include <cupti.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BUFFER_BYTES (4 << 20)
#define FLUSH_MILLIS 300

static FILE *out;

static void line(uint64_t start, uint64_t end, uint32_t stream, const char *name) {
    fprintf(out, "%llu %llu %u %.160s\n", (unsigned long long)start, (unsigned long long)end, stream, name);
}

static void requested(uint8_t **buffer, size_t *size, size_t *most) {
    *size = BUFFER_BYTES;
    *buffer = aligned_alloc(8, BUFFER_BYTES);
    *most = 0;
}

static void completed(CUcontext context, uint32_t stream, uint8_t *buffer, size_t size, size_t valid) {
    CUpti_Activity *record = NULL;
    while (cuptiActivityGetNextRecord(buffer, valid, &record) == CUPTI_SUCCESS) {
        if (record->kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) {
            KERNEL *kernel = (KERNEL *)record;
            line(kernel->start, kernel->end, kernel->streamId, kernel->name);
        } else if (record->kind == CUPTI_ACTIVITY_KIND_MEMCPY) {
            COPY *copy = (COPY *)record;
            line(copy->start, copy->end, copy->streamId, "memcpy");
        } else if (record->kind == CUPTI_ACTIVITY_KIND_MEMSET) {
            FILL *fill = (FILL *)record;
            line(fill->start, fill->end, fill->streamId, "memset");
        }
    }
    free(buffer);
    fflush(out);
}

static void end(void) {
    cuptiActivityFlushAll(1);
    fflush(out);
}

int InitializeInjection(void) {
    char name[256];
    const char *rank = getenv("RANK");
    snprintf(name, sizeof name, "%s.%s.%d", getenv("KERNELS"), rank ? rank : "0", getpid());
    out = fopen(name, "w");
    if (!out) {
        perror(name);
        exit(1);
    }
    cuptiActivityRegisterCallbacks(requested, completed);
    cuptiActivityEnable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL);
    cuptiActivityEnable(CUPTI_ACTIVITY_KIND_MEMCPY);
    cuptiActivityEnable(CUPTI_ACTIVITY_KIND_MEMSET);
    cuptiActivityFlushPeriod(FLUSH_MILLIS);
    atexit(end);
    return 1;
}
