// Products of bfloat16 in blocks that stay in registers.

#pragma once

#include "numbers.h"

#ifdef __AVX512BF16__
#include <immintrin.h>

namespace {

// Sixteen numbers, as the bits of floats.
inline __m512i wide_bits(const bfloat16* x) {
    return _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)x)), 16);
}

// A product of BLOCK rows by PANEL columns stays in registers: 24 of 32 hold sums, two a pair of weights' rows. Of a
// chunk of rows the inputs stay in the second cache while all panels pass.
constexpr int64_t PANEL = 32, BLOCK = 12, CHUNK = 16 * BLOCK;

// Sixteen sums, as they are or rounded.
inline void put(float* y, __m512 sums) { _mm512_storeu_ps(y, sums); }
inline void put(bfloat16* y, __m512 sums) { _mm256_storeu_si256((__m256i*)y, (__m256i)_mm512_cvtneps_pbh(sums)); }

// y = xW for `in` columns of each row of x, which is `width` wide; y is `out` wide.
template <int ROWS, class T>
void block(int64_t in, int64_t width, int64_t out, const bfloat16* x, const bfloat16* w, const float* bias, T* y) {
    __m512 left[ROWS], right[ROWS];
#pragma GCC unroll 12
    for (int row = 0; row < ROWS; row++) {
        left[row] = bias ? _mm512_loadu_ps(bias) : _mm512_setzero_ps();
        right[row] = bias ? _mm512_loadu_ps(bias + PANEL / 2) : _mm512_setzero_ps();
    }
    for (int64_t i = 0; i < in; i += 2, w += 2 * PANEL) {
        __m512bh a = (__m512bh)_mm512_loadu_si512(w), b = (__m512bh)_mm512_loadu_si512(w + PANEL);
#pragma GCC unroll 12
        for (int row = 0; row < ROWS; row++) {
            int32_t pair;
            std::memcpy(&pair, x + row * width + i, sizeof pair);
            __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
            left[row] = _mm512_dpbf16_ps(left[row], both, a);
            right[row] = _mm512_dpbf16_ps(right[row], both, b);
        }
    }
#pragma GCC unroll 12
    for (int row = 0; row < ROWS; row++) {
        put(y + row * out, left[row]);
        put(y + row * out + PANEL / 2, right[row]);
    }
}

template <class T>
using Block = void(int64_t, int64_t, int64_t, const bfloat16*, const bfloat16*, const float*, T*);
template <class T>
constexpr Block<T>* BLOCKS[] = {nullptr,     block<1, T>, block<2, T>, block<3, T>,  block<4, T>,  block<5, T>, block<6, T>,
                                block<7, T>, block<8, T>, block<9, T>, block<10, T>, block<11, T>, block<12, T>};

inline int64_t whole_panels(int64_t count) { return (count + PANEL - 1) / PANEL * PANEL; }

// Calls compute(at, from, past) for every panel of outputs, from `at` on, and block of rows.
template <class Compute>
void in_blocks(int64_t rows, int64_t out, Compute compute) {
    int64_t chunks = (rows + CHUNK - 1) / CHUNK, panels = out / PANEL;
#pragma omp parallel for schedule(static)
    for (int64_t task = 0; task < chunks * panels; task++) {
        // Chunks and their blocks are of nearly equal size, so that threads have equal shares.
        int64_t at = task % panels * PANEL, chunk = task / panels, first = rows * chunk / chunks;
        int64_t count = rows * (chunk + 1) / chunks - first, blocks = (count + BLOCK - 1) / BLOCK;
        for (int64_t b = 0; b < blocks; b++)
            compute(at, first + count * b / blocks, first + count * (b + 1) / blocks);
    }
}

}  // namespace
#endif
