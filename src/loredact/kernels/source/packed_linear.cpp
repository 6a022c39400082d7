// The product with a weight that is laid out for it: see packed_linear.py.

#include "blocks.h"

#ifdef __AVX512BF16__
extern "C" void packed_linear_bfloat16(int64_t rows, int64_t in, int64_t out, const bfloat16* x, const bfloat16* weight,
                                 const float* bias, bfloat16* y) {
    in_blocks(rows, out, [&](int64_t at, int64_t from, int64_t past) {
        BLOCKS<bfloat16>[past - from](in, in, out, x + from * in, weight + at * in, bias ? bias + at : nullptr,
                                      y + from * out + at);
    });
}
#endif
