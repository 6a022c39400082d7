// From rows of windows to buckets and back, and softmax in them: see buckets.py.

#include "numbers.h"

namespace {

// Where head `head` of a token at `place` stands in a bucket (windows · kv_heads, heads / kv_heads · length, d).
inline int64_t in_bucket(int64_t place, int64_t head, int64_t heads, int64_t kv_heads, int64_t length, int64_t d) {
    int64_t window = place / length, position = place % length, shared = heads / kv_heads;
    return (((window * kv_heads + head / shared) * shared + head % shared) * length + position) * d;
}

template <class T>
void pad(int64_t tokens, int64_t heads, int64_t d, int64_t kv_heads, int64_t length, const int64_t* place, const T* x,
            int64_t stride, const T* cos, const T* sin, T* bucket) {
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < tokens; t++)
        for (int64_t head = 0; head < heads; head++) {
            const T* from = x + t * stride + head * d;
            T* to = bucket + in_bucket(place ? place[t] : t, head, heads, kv_heads, length, d);
            if (cos)
                rotate(from, to, cos + t * d, sin + t * d, 1.0f, d / 2);
            else
                std::memcpy(to, from, d * sizeof(T));
        }
}

template <class T>
void unpad(int64_t tokens, int64_t heads, int64_t d, int64_t kv_heads, int64_t length, const int64_t* place,
            const T* bucket, const T* cos, const T* sin, T* x, int64_t stride) {
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < tokens; t++)
        for (int64_t head = 0; head < heads; head++) {
            const T* from = bucket + in_bucket(place ? place[t] : t, head, heads, kv_heads, length, d);
            T* to = x + t * stride + head * d;
            if (cos)
                rotate(from, to, cos + t * d, sin + t * d, -1.0f, d / 2);
            else
                std::memcpy(to, from, d * sizeof(T));
        }
}

template <class T>
void softmax(int64_t windows, int64_t heads, int64_t length, const int64_t* lengths, int causal, float scaling,
             T* logits) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < windows * heads * length; row++) {
        int64_t position = row % length, seen = lengths ? lengths[row / (heads * length)] : length;
        T* p = logits + row * length;
        if (position >= seen) seen = 0;
        if (causal && seen > position + 1) seen = position + 1;
        float* v = scratch(length);
        float most = -INFINITY, total = 0;
#pragma omp simd reduction(max : most)
        for (int64_t i = 0; i < seen; i++) {
            v[i] = scaling * wide(p[i]);
            most = v[i] > most ? v[i] : most;
        }
#pragma omp simd reduction(+ : total)
        for (int64_t i = 0; i < seen; i++) {
            v[i] = exponential(v[i] - most);
            total += v[i];
        }
        float share = 1.0f / total;
#pragma omp simd
        for (int64_t i = 0; i < seen; i++) p[i] = narrow<T>(v[i] * share);
        for (int64_t i = seen; i < length; i++) p[i] = narrow<T>(0.0f);
    }
}

template <class T>
void softmax_backward(int64_t rows, int64_t length, float scaling, const T* p, T* dp) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        const T* share = p + row * length;
        T* g = dp + row * length;
        float dot = 0;
#pragma omp simd reduction(+ : dot)
        for (int64_t i = 0; i < length; i++) dot += wide(share[i]) * wide(g[i]);
#pragma omp simd
        for (int64_t i = 0; i < length; i++) g[i] = narrow<T>(scaling * wide(share[i]) * (wide(g[i]) - dot));
    }
}

}  // namespace

#define FOR(T, NAME)                                                                                                   \
    extern "C" void pad_##NAME(int64_t tokens, int64_t heads, int64_t d, int64_t kv_heads, int64_t length,            \
                                  const int64_t* place, const T* x, int64_t stride, const T* cos, const T* sin,        \
                                  T* bucket) {                                                                           \
        pad(tokens, heads, d, kv_heads, length, place, x, stride, cos, sin, bucket);                                    \
    }                                                                                                                  \
    extern "C" void unpad_##NAME(int64_t tokens, int64_t heads, int64_t d, int64_t kv_heads, int64_t length,            \
                                  const int64_t* place, const T* bucket, const T* cos, const T* sin, T* x,               \
                                  int64_t stride) {                                                                    \
        unpad(tokens, heads, d, kv_heads, length, place, bucket, cos, sin, x, stride);                                    \
    }                                                                                                                  \
    extern "C" void softmax_##NAME(int64_t windows, int64_t heads, int64_t length, const int64_t* lengths, int causal, \
                                   float scaling, T* logits) {                                                         \
        softmax(windows, heads, length, lengths, causal, scaling, logits);                                             \
    }                                                                                                                  \
    extern "C" void softmax_backward_##NAME(int64_t rows, int64_t length, float scaling, const T* p, T* dp) {          \
        softmax_backward(rows, length, scaling, p, dp);                                                                \
    }

FOR(float, float32)
FOR(bfloat16, bfloat16)
