// All layers of an encoder in one call, of the kernels that serve a single layer: see encode.py.

#include "numbers.h"

extern "C" {
void packed_linear_float32(int64_t, int64_t, int64_t, const float*, const float*, const float*, int, float*);
void attend_float32(int64_t, const int64_t*, int64_t, int64_t, int64_t, int, float, const float*, const float*,
                    const float*, float*);
void add_layer_norm_float32(int64_t, int64_t, const float*, const float*, const float*, const float*, float, float*);
}

#if defined(__AVX2__) && defined(__FMA__)
// Of each layer twelve addresses: weight and bias of queries, keys and values, of what mixes the heads and of the norm
// after it, of what widens, of what narrows and of the last norm.
extern "C" void encode_float32(int64_t layers, int64_t tokens, int64_t width, int64_t inner, int64_t windows,
                               const int64_t* cu_seqlens, int64_t heads, float scaling, float epsilon,
                               const int64_t* addresses, float* h) {
    static thread_local std::vector<float> room;
    size_t needed = tokens * (2 * width + std::max(3 * width, inner));
    if (room.size() < needed) room.resize(needed);
    float *attended = room.data(), *delta = attended + tokens * width, *wide = delta + tokens * width;
    for (int64_t layer = 0; layer < layers; layer++) {
        auto at = [&](int place) { return reinterpret_cast<const float*>(addresses[12 * layer + place]); };
        packed_linear_float32(tokens, width, 3 * width, h, at(0), at(1), 0, wide);
        attend_float32(windows, cu_seqlens, heads, heads, width / heads, 0, scaling, wide, nullptr, nullptr, attended);
        packed_linear_float32(tokens, width, width, attended, at(2), at(3), 0, delta);
        add_layer_norm_float32(tokens, width, h, delta, at(4), at(5), epsilon, h);
        packed_linear_float32(tokens, width, inner, h, at(6), at(7), 1, wide);
        packed_linear_float32(tokens, inner, width, wide, at(8), at(9), 0, delta);
        add_layer_norm_float32(tokens, width, h, delta, at(10), at(11), epsilon, h);
    }
}
#endif
