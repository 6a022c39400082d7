// From rows of windows to grids and back, and softmax in them: see grids.py.

#include "numbers.h"

namespace {

// Where head `head` of a token at `place` stands in a grid (windows · groups, heads / groups · length, d).
inline int64_t in_grid(int64_t place, int64_t head, int64_t heads, int64_t groups, int64_t length, int64_t d) {
    int64_t window = place / length, position = place % length, shared = heads / groups;
    return (((window * groups + head / shared) * shared + head % shared) * length + position) * d;
}

template <class T>
void spread(int64_t tokens, int64_t heads, int64_t d, int64_t groups, int64_t length, const int64_t* place, const T* x,
            int64_t stride, const T* cos, const T* sin, T* grid) {
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < tokens; t++)
        for (int64_t head = 0; head < heads; head++) {
            const T* from = x + t * stride + head * d;
            T* to = grid + in_grid(place ? place[t] : t, head, heads, groups, length, d);
            if (cos)
                turn(from, to, cos + t * d, sin + t * d, 1.0f, d / 2);
            else
                std::memcpy(to, from, d * sizeof(T));
        }
}

template <class T>
void gather(int64_t tokens, int64_t heads, int64_t d, int64_t groups, int64_t length, const int64_t* place,
            const T* grid, const T* cos, const T* sin, T* x, int64_t stride) {
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < tokens; t++)
        for (int64_t head = 0; head < heads; head++) {
            const T* from = grid + in_grid(place ? place[t] : t, head, heads, groups, length, d);
            T* to = x + t * stride + head * d;
            if (cos)
                turn(from, to, cos + t * d, sin + t * d, -1.0f, d / 2);
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
    extern "C" void spread_##NAME(int64_t tokens, int64_t heads, int64_t d, int64_t groups, int64_t length,            \
                                  const int64_t* place, const T* x, int64_t stride, const T* cos, const T* sin,        \
                                  T* grid) {                                                                           \
        spread(tokens, heads, d, groups, length, place, x, stride, cos, sin, grid);                                    \
    }                                                                                                                  \
    extern "C" void gather_##NAME(int64_t tokens, int64_t heads, int64_t d, int64_t groups, int64_t length,            \
                                  const int64_t* place, const T* grid, const T* cos, const T* sin, T* x,               \
                                  int64_t stride) {                                                                    \
        gather(tokens, heads, d, groups, length, place, grid, cos, sin, x, stride);                                    \
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
