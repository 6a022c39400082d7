// What is computed number by number, in one pass: see elementwise.py.

#include "numbers.h"

namespace {

template <class T>
void add_norm(int64_t rows, int64_t width, const T* h, const T* delta, const T* weight, float epsilon, T* sum, T* n,
              float* r) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        float* v = scratch(width);
        int64_t at = row * width;
        float squares = 0;
        if (delta) {
#pragma omp simd reduction(+ : squares)
            for (int64_t i = 0; i < width; i++) {
                T both = narrow<T>(wide(h[at + i]) + wide(delta[at + i]));
                sum[at + i] = both;
                v[i] = wide(both);
                squares += v[i] * v[i];
            }
        } else {
#pragma omp simd reduction(+ : squares)
            for (int64_t i = 0; i < width; i++) {
                v[i] = wide(h[at + i]);
                squares += v[i] * v[i];
            }
        }
        float scale = 1.0f / std::sqrt(squares / width + epsilon);
        r[row] = scale;
#pragma omp simd
        for (int64_t i = 0; i < width; i++) n[at + i] = narrow<T>(v[i] * scale * wide(weight[i]));
    }
}

template <class T>
void norm_backward(int64_t rows, int64_t width, const T* g, const T* beside, const T* h, const T* weight,
                   const float* r, T* dh) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        float* wg = scratch(width);
        int64_t at = row * width;
        float dot = 0;
#pragma omp simd reduction(+ : dot)
        for (int64_t i = 0; i < width; i++) {
            wg[i] = wide(g[at + i]) * wide(weight[i]);
            dot += wg[i] * wide(h[at + i]);
        }
        float scale = r[row], pull = scale * scale * scale * dot / width;
        if (beside) {
#pragma omp simd
            for (int64_t i = 0; i < width; i++)
                dh[at + i] = narrow<T>(wide(beside[at + i]) + scale * wg[i] - pull * wide(h[at + i]));
        } else {
#pragma omp simd
            for (int64_t i = 0; i < width; i++) dh[at + i] = narrow<T>(scale * wg[i] - pull * wide(h[at + i]));
        }
    }
}

template <class T>
void gate(int64_t rows, int64_t width, const T* ab, T* y) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        const T *a = ab + row * 2 * width, *b = a + width;
        T* out = y + row * width;
#pragma omp simd
        for (int64_t i = 0; i < width; i++) {
            float x = wide(a[i]);
            out[i] = narrow<T>(x / (1.0f + exponential(-x)) * wide(b[i]));
        }
    }
}

template <class T>
void gate_backward(int64_t rows, int64_t width, const T* g, const T* ab, T* dab) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        const T *a = ab + row * 2 * width, *b = a + width, *gradient = g + row * width;
        T *da = dab + row * 2 * width, *db = da + width;
#pragma omp simd
        for (int64_t i = 0; i < width; i++) {
            float x = wide(a[i]), up = wide(gradient[i]);
            float s = 1.0f / (1.0f + exponential(-x));
            da[i] = narrow<T>(up * wide(b[i]) * s * (1.0f + x * (1.0f - s)));
            db[i] = narrow<T>(up * x * s);
        }
    }
}

template <class T>
void add_layer_norm(int64_t rows, int64_t width, const T* h, const T* delta, const T* weight, const T* bias,
                    float epsilon, T* n) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        float* v = scratch(width);
        int64_t at = row * width;
        float total = 0, squares = 0;
#pragma omp simd reduction(+ : total)
        for (int64_t i = 0; i < width; i++) {
            v[i] = wide(h[at + i]) + wide(delta[at + i]);
            total += v[i];
        }
        float mean = total / width;
#pragma omp simd reduction(+ : squares)
        for (int64_t i = 0; i < width; i++) {
            v[i] -= mean;
            squares += v[i] * v[i];
        }
        float scale = 1.0f / std::sqrt(squares / width + epsilon);
#pragma omp simd
        for (int64_t i = 0; i < width; i++) n[at + i] = narrow<T>(v[i] * scale * wide(weight[i]) + wide(bias[i]));
    }
}

}  // namespace

#define FOR(T, NAME)                                                                                                   \
    extern "C" void add_norm_##NAME(int64_t rows, int64_t width, const T* h, const T* delta, const T* weight,          \
                                    float epsilon, T* sum, T* n, float* r) {                                           \
        add_norm(rows, width, h, delta, weight, epsilon, sum, n, r);                                                   \
    }                                                                                                                  \
    extern "C" void norm_backward_##NAME(int64_t rows, int64_t width, const T* g, const T* beside, const T* h,         \
                                         const T* weight, const float* r, T* dh) {                                     \
        norm_backward(rows, width, g, beside, h, weight, r, dh);                                                       \
    }                                                                                                                  \
    extern "C" void add_layer_norm_##NAME(int64_t rows, int64_t width, const T* h, const T* delta, const T* weight,    \
                                          const T* bias, float epsilon, T* n) {                                        \
        add_layer_norm(rows, width, h, delta, weight, bias, epsilon, n);                                               \
    }                                                                                                                  \
    extern "C" void gate_##NAME(int64_t rows, int64_t width, const T* ab, T* y) { gate(rows, width, ab, y); }          \
    extern "C" void gate_backward_##NAME(int64_t rows, int64_t width, const T* g, const T* ab, T* dab) {               \
        gate_backward(rows, width, g, ab, dab);                                                                        \
    }

FOR(float, float32)
FOR(bfloat16, bfloat16)
