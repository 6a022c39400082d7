// The matmul with a weight that is laid out for it: see packed_linear.py.

#include "blocks.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

namespace {

// A product of up to BLOCK_ROWS rows by SIDE outputs stays in registers: 12 of 16 hold sums, two a step's weights. Of
// the inputs DEPTH at a time, so that the weights they meet stay in the first cache while the rows of a chunk pass, whose
// inputs (CHUNK_BYTES) stay in the second.
constexpr int64_t SIDE = 16, BLOCK_ROWS = 6, DEPTH = 384, CHUNK_BYTES = 256 << 10;

// y += xW for `depth` inputs of each row of x, which is `width` wide; y is `out` wide. `begin` is what y is before: the
// bias, zero where there is none, or y itself.
template <int ROWS>
void float_block(int64_t depth, int64_t width, int64_t out, const float* x, const float* w, const float* begin,
                 int64_t begin_stride, float* y) {
    __m256 left[ROWS], right[ROWS];
#pragma GCC unroll 6
    for (int row = 0; row < ROWS; row++) {
        left[row] = begin ? _mm256_loadu_ps(begin + row * begin_stride) : _mm256_setzero_ps();
        right[row] = begin ? _mm256_loadu_ps(begin + row * begin_stride + SIDE / 2) : _mm256_setzero_ps();
    }
    for (int64_t i = 0; i < depth; i++, w += SIDE) {
        __m256 a = _mm256_loadu_ps(w), b = _mm256_loadu_ps(w + SIDE / 2);
#pragma GCC unroll 6
        for (int row = 0; row < ROWS; row++) {
            __m256 all = _mm256_broadcast_ss(x + row * width + i);
            left[row] = _mm256_fmadd_ps(all, a, left[row]);
            right[row] = _mm256_fmadd_ps(all, b, right[row]);
        }
    }
#pragma GCC unroll 6
    for (int row = 0; row < ROWS; row++) {
        _mm256_storeu_ps(y + row * out, left[row]);
        _mm256_storeu_ps(y + row * out + SIDE / 2, right[row]);
    }
}

using FloatBlock = void(int64_t, int64_t, int64_t, const float*, const float*, const float*, int64_t, float*);
constexpr FloatBlock* FLOAT_BLOCKS[] = {nullptr,        float_block<1>, float_block<2>, float_block<3>,
                                        float_block<4>, float_block<5>, float_block<6>};

}  // namespace

extern "C" void packed_linear_float32(int64_t rows, int64_t in, int64_t out, const float* x, const float* weight,
                                      const float* bias, int activated, float* y) {
    int64_t most = std::max<int64_t>(BLOCK_ROWS, CHUNK_BYTES / (in * (int64_t)sizeof *x));
    int64_t chunks = (rows + most - 1) / most, panels = out / SIDE;
#pragma omp parallel for schedule(static)
    for (int64_t task = 0; task < chunks * panels; task++) {
        int64_t at = task % panels * SIDE, chunk = task / panels, first = rows * chunk / chunks;
        int64_t count = rows * (chunk + 1) / chunks - first, blocks = (count + BLOCK_ROWS - 1) / BLOCK_ROWS;
        for (int64_t i = 0; i < in; i += DEPTH) {
            for (int64_t b = 0; b < blocks; b++) {
                int64_t from = first + count * b / blocks, past = first + count * (b + 1) / blocks;
                float* to = y + from * out + at;
                const float* begin = i ? to : bias ? bias + at : nullptr;
                FLOAT_BLOCKS[past - from](std::min(DEPTH, in - i), in, out, x + from * in + i, weight + at * in + i * SIDE,
                                          begin, i ? out : 0, to);
            }
        }
        if (!activated) continue;
        for (int64_t row = first; row < first + count; row++) {
            float* to = y + row * out + at;
#pragma omp simd
            for (int64_t i = 0; i < SIDE; i++) to[i] = gelu(to[i]);
        }
    }
}
#endif

#ifdef __AVX512BF16__
extern "C" void packed_linear_bfloat16(int64_t rows, int64_t in, int64_t out, const bfloat16* x, const bfloat16* weight,
                                       const float* bias, int activated, bfloat16* y) {
    in_blocks(rows, out, [&](int64_t at, int64_t from, int64_t past) {
        BLOCKS<bfloat16>[past - from](in, in, out, x + from * in, weight + at * in, bias ? bias + at : nullptr,
                                      y + from * out + at);
        if (!activated) return;
        for (int64_t row = from; row < past; row++) {
            bfloat16* to = y + row * out + at;
#pragma omp simd
            for (int64_t i = 0; i < PANEL; i++) to[i] = narrow<bfloat16>(gelu(wide(to[i])));
        }
    });
}
#endif
