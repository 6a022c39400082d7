// The matmul with a weight that is laid out for it: see packed_linear.py.

#include "blocks.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#include <omp.h>

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
    int64_t deep = std::min(in, DEPTH), most = std::max<int64_t>(BLOCK_ROWS, CHUNK_BYTES / (deep * (int64_t)sizeof *x));
    int64_t chunks = (rows + most - 1) / most, panels = out / SIDE;
#pragma omp parallel
    {
        int64_t threads = omp_get_num_threads(), me = omp_get_thread_num();
        int64_t task = chunks * panels * me / threads, past_task = chunks * panels * (me + 1) / threads;
        while (task < past_task) {
            int64_t chunk = task / panels, first = rows * chunk / chunks, count = rows * (chunk + 1) / chunks - first;
            int64_t blocks = (count + BLOCK_ROWS - 1) / BLOCK_ROWS, panel = task % panels;
            // Where all inputs of the chunk stay in the second cache, one panel after the other, as they lie in memory;
            // else DEPTH inputs of all panels, then the next.
            bool whole = count * in * (int64_t)sizeof *x <= CHUNK_BYTES;
            int64_t past = panel + (whole ? 1 : std::min(panels - panel, past_task - task));
            for (int64_t i = 0; i < in; i += DEPTH)
                for (int64_t at = panel * SIDE; at < past * SIDE; at += SIDE)
                    for (int64_t b = 0; b < blocks; b++) {
                        int64_t from = first + count * b / blocks, until = first + count * (b + 1) / blocks;
                        float* to = y + from * out + at;
                        const float* begin = i ? to : bias ? bias + at : nullptr;
                        FLOAT_BLOCKS[until - from](std::min(DEPTH, in - i), in, out, x + from * in + i,
                                                   weight + at * in + i * SIDE, begin, i ? out : 0, to);
                    }
            for (int64_t row = first; activated && row < first + count; row++) {
                float* to = y + row * out;
#pragma omp simd
                for (int64_t i = panel * SIDE; i < past * SIDE; i++) to[i] = gelu(to[i]);
            }
            task += past - panel;
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
            for (int64_t i = 0; i < PANEL; i++) to[i] = narrow<bfloat16>(rough_gelu(wide(to[i])));
        }
    });
}
#endif
