// Attention of windows of any length in blocks of products, and its gradient: see attend.py.

#include "blocks.h"

#ifdef __AVX512BF16__
namespace {

// Attention of windows of any length, one window and group at a time: queries meet keys, and probabilities values, in
// blocks of products, with the keys, or the values, as the weight. Softmax and all sums are float.
struct Attention {
    int64_t heads, kv_heads, d;
    bool causal;
    float scaling;
    const bfloat16 *qkv, *cos, *sin;

    // Head `head` of token t, rotated.
    const bfloat16* load(int64_t t, int64_t head, bfloat16* to) const {
        const bfloat16* x = qkv + (t * (heads + 2 * kv_heads) + head) * d;
        if (cos)
            rotate(x, to, cos + t * d, sin + t * d, 1.0f, d / 2);
        else
            std::memcpy(to, x, d * sizeof *x);
        return to;
    }

    // Rows side by side, as the weight of a product with them: (columns / 32, d / 2, 32, 2), two neighbours of a row at
    // a time, for 32 rows. `row(t)` points to row t.
    template <class Row>
    void pack_across(int64_t length, Row row, bfloat16* to) const {
        bfloat16 none[d];
        std::memset(none, 0, sizeof none);
        for (int64_t t = 0; t < whole_panels(length); t++) {
            const bfloat16* from = t < length ? row(t) : none;
            bfloat16* at = to + t / PANEL * PANEL * d + t % PANEL * 2;
            for (int64_t i = 0; i < d; i += 2) std::memcpy(at + i * PANEL, from + i, 2 * sizeof *from);
        }
    }

    // Rows under one another, as the weight of a product with shares of them: (d / 32, columns / 2, 32, 2), two
    // neighbouring rows at a time, for 32 places of a row.
    template <class Row>
    void pack_down(int64_t length, Row row, bfloat16* to) const {
        int64_t columns = whole_panels(length);
        for (int64_t t = 0; t < columns; t += 2) {
            const bfloat16 *one = t < length ? row(t) : nullptr, *two = t + 1 < length ? row(t + 1) : nullptr;
            for (int64_t at = 0; at < d; at += LANES)
                put_pairs(to + at / PANEL * PANEL * columns + at % PANEL * 2 + t * PANEL, one ? one + at : nullptr,
                          two ? two + at : nullptr);
        }
    }

    // Sixteen numbers of two rows, in turns; those of no row are zero.
    static void put_pairs(bfloat16* to, const bfloat16* one, const bfloat16* two) {
        __m512i a = _mm512_setzero_si512(), b = a;
        if (one) a = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)one));
        if (two) b = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)two));
        _mm512_storeu_si512(to, _mm512_or_si512(a, _mm512_slli_epi32(b, 16)));
    }

    const bfloat16* value(int64_t t, int64_t group) const {
        return qkv + (t * (heads + 2 * kv_heads) + heads + kv_heads + group) * d;
    }

    // Into `sums`, where there is one, goes the logarithm to base 2 of what each query's powers come to.
    void window(int64_t first, int64_t length, int64_t group, bfloat16* out, float* sums) const {
        int64_t columns = whole_panels(length), shared = heads / kv_heads;
        static thread_local std::vector<bfloat16> room;
        static thread_local std::vector<float> float_room;
        room.resize(2 * columns * d + BLOCK * (d + columns));
        float_room.resize(BLOCK * (columns + d));
        bfloat16 *keys = room.data(), *values = keys + columns * d, *queries = values + columns * d;
        bfloat16 *shares = queries + BLOCK * d, key[d];
        float *logits = float_room.data(), *mixed = logits + BLOCK * columns;
        pack_across(length, [&](int64_t t) { return load(first + t, heads + group, key); }, keys);
        pack_down(length, [&](int64_t t) { return value(first + t, group); }, values);
        // The queries of the heads that share these keys, one head after the other.
        for (int64_t from = 0; from < shared * length; from += BLOCK) {
            int64_t count = std::min(BLOCK, shared * length - from), reach = 0;
            float totals[BLOCK];
            for (int64_t row = 0; row < count; row++) {
                int64_t head = group * shared + (from + row) / length, t = (from + row) % length;
                load(first + t, head, queries + row * d);
                reach = std::max(reach, causal ? t + 1 : length);
            }
            reach = whole_panels(reach);
            for (int64_t at = 0; at < reach; at += PANEL)
                BLOCKS<float>[count](d, d, reach, queries, keys + at * d, nullptr, logits + at);
            for (int64_t row = 0; row < count; row++) {
                int64_t head = group * shared + (from + row) / length, t = (from + row) % length;
                float *v = logits + row * reach, most = greatest(v, causal ? t + 1 : length, reach);
                totals[row] = exponentials(v, -most, reach, shares + row * reach);
                if (sums) sums[(first + t) * heads + head] = most + std::log2(totals[row]);
            }
            for (int64_t at = 0; at < d; at += PANEL)
                BLOCKS<float>[count](reach, reach, d, shares, values + at * columns, nullptr, mixed + at);
            for (int64_t row = 0; row < count; row++) {
                int64_t head = group * shared + (from + row) / length, t = (from + row) % length;
                __m512 share = _mm512_set1_ps(1.0f / totals[row]);
                for (int64_t i = 0; i < d; i += LANES)
                    put(out + ((first + t) * heads + head) * d + i,
                        _mm512_mul_ps(share, _mm512_loadu_ps(mixed + row * d + i)));
            }
        }
    }

    // The gradient of a window by its queries, keys and values, from that by what it gave. Rows are queries, those of
    // one token together, so that what looks back ends with a row. Shares and their gradients S are computed again, a
    // block of rows at a time, and laid out as the weights of products with the rows on their side:
    //     dVᵀ = gᵀ P      dKᵀ = Qᵀ S      dQ = S K
    void window_backward(int64_t first, int64_t length, int64_t group, const bfloat16* out, const float* sums,
                         const bfloat16* g, bfloat16* dqkv) const {
        int64_t columns = whole_panels(length), shared = heads / kv_heads, stride = (heads + 2 * kv_heads) * d;
        int64_t rows = shared * length, width = rows + rows % 2;
        static thread_local std::vector<bfloat16> room;
        static thread_local std::vector<float> float_room;
        room.resize((3 * columns + 2 * width) * d + 2 * columns * width + 2 * BLOCK * (d + columns));
        float_room.resize(2 * BLOCK * columns + std::max(BLOCK, columns) * d);
        bfloat16 *keys = room.data(), *keys_down = keys + columns * d, *values = keys_down + columns * d;
        bfloat16 *rotated = values + columns * d, *g_turned = rotated + width * d;  // Qᵀ and gᵀ, (d, width)
        bfloat16 *p_down = g_turned + width * d, *s_down = p_down + columns * width;
        bfloat16 *queries = s_down + columns * width, *gradients = queries + BLOCK * d;
        bfloat16 *p = gradients + BLOCK * d, *s = p + BLOCK * columns, pair[2 * d];
        float *logits = float_room.data(), *dp = logits + BLOCK * columns, *mixed = dp + BLOCK * columns;
        pack_across(length, [&](int64_t t) { return load(first + t, heads + group, pair); }, keys);
        pack_down(length, [&](int64_t t) { return load(first + t, heads + group, pair + t % 2 * d); }, keys_down);
        pack_across(length, [&](int64_t t) { return value(first + t, group); }, values);
        for (int64_t i = 0; i < d; i++) rotated[i * width + width - 1] = g_turned[i * width + width - 1] = {0};
        for (int64_t from = 0; from < rows; from += BLOCK) {
            int64_t count = std::min(BLOCK, rows - from);
            int64_t reach = whole_panels(causal ? (from + count - 1) / shared + 1 : length);
            for (int64_t row = 0; row < count; row++) {
                int64_t t = first + (from + row) / shared, head = group * shared + (from + row) % shared;
                load(t, head, queries + row * d);
                std::memcpy(gradients + row * d, g + (t * heads + head) * d, d * sizeof *g);
            }
            turn_over(count, width, queries, rotated + from);
            turn_over(count, width, gradients, g_turned + from);
            for (int64_t at = 0; at < reach; at += PANEL) {
                BLOCKS<float>[count](d, d, reach, queries, keys + at * d, nullptr, logits + at);
                BLOCKS<float>[count](d, d, reach, gradients, values + at * d, nullptr, dp + at);
            }
            for (int64_t row = 0; row < count; row++) {
                int64_t t = (from + row) / shared, at = (first + t) * heads + group * shared + (from + row) % shared;
                float *v = logits + row * reach, along = dot(gradients + row * d, out + at * d);
                for (int64_t i = causal ? t + 1 : length; i < reach; i++) v[i] = -INFINITY;
                exponentials(v, -sums[at], reach, p + row * reach);
                by_logits(p + row * reach, dp + row * reach, along, reach, s + row * reach);
            }
            for (int64_t row = 0; row < count; row += 2)
                for (int64_t i = 0; i < reach; i += LANES) {
                    int64_t to = i / PANEL * PANEL * width + i % PANEL * 2 + (from + row) * PANEL, at = row * reach + i;
                    put_pairs(p_down + to, p + at, row + 1 < count ? p + at + reach : nullptr);
                    put_pairs(s_down + to, s + at, row + 1 < count ? s + at + reach : nullptr);
                }
            for (int64_t at = 0; at < d; at += PANEL)
                BLOCKS<float>[count](reach, reach, d, s, keys_down + at * columns, nullptr, mixed + at);
            for (int64_t row = 0; row < count; row++) {
                int64_t t = first + (from + row) / shared, head = group * shared + (from + row) % shared;
                turn_back(t, mixed + row * d, dqkv + t * stride + head * d);
            }
        }
        // What looks back leaves out the rows before a panel's first key.
        auto by_rows = [&](const bfloat16* x, const bfloat16* w, auto write) {
            for (int64_t at = 0; at < columns; at += PANEL) {
                int64_t before = causal ? at * shared : 0;
                for (int64_t i = 0; i < d; i += BLOCK) {
                    int64_t count = std::min(BLOCK, d - i);
                    BLOCKS<float>[count](width - before, width, columns, x + i * width + before,
                                         w + at * width + before * PANEL, nullptr, mixed + i * columns + at);
                }
            }
            float token[d];
            for (int64_t t = 0; t < length; t++) {
                for (int64_t i = 0; i < d; i++) token[i] = mixed[i * columns + t];
                write(first + t, token);
            }
        };
        by_rows(g_turned, p_down, [&](int64_t t, const float* token) {
            bfloat16* to = dqkv + t * stride + (heads + kv_heads + group) * d;
            for (int64_t i = 0; i < d; i += LANES) put(to + i, _mm512_loadu_ps(token + i));
        });
        by_rows(rotated, s_down, [&](int64_t t, const float* token) {
            turn_back(t, token, dqkv + t * stride + (heads + group) * d);
        });
    }

    // Rows `(count, d)` as columns of what is `width` wide.
    void turn_over(int64_t count, int64_t width, const bfloat16* rows, bfloat16* to) const {
        for (int64_t i = 0; i < d; i++)
            for (int64_t row = 0; row < count; row++) to[i * width + row] = rows[row * d + i];
    }

    void turn_back(int64_t t, const float* from, bfloat16* to) const {
        if (cos)
            rotate(from, to, cos + t * d, sin + t * d, -1.0f, d / 2);
        else
            for (int64_t i = 0; i < d; i += LANES) put(to + i, _mm512_loadu_ps(from + i));
    }

    float dot(const bfloat16* x, const bfloat16* y) const {
        __m512 sum = _mm512_setzero_ps();
        for (int64_t i = 0; i < d; i += PANEL)
            sum = _mm512_dpbf16_ps(sum, (__m512bh)_mm512_loadu_si512(x + i), (__m512bh)_mm512_loadu_si512(y + i));
        return _mm512_reduce_add_ps(sum);
    }

    // scaling · p (dp - along)
    void by_logits(const bfloat16* p, const float* dp, float along, int64_t width, bfloat16* to) const {
        __m512 less = _mm512_set1_ps(along), by = _mm512_set1_ps(scaling);
        for (int64_t i = 0; i < width; i += LANES) {
            __m512 share = _mm512_castsi512_ps(wide_bits(p + i));
            put(to + i, _mm512_mul_ps(_mm512_mul_ps(by, share), _mm512_sub_ps(_mm512_loadu_ps(dp + i), less)));
        }
    }

    // The greatest of the `seen` first logits of a row, to base 2; the others are made to count nothing.
    float greatest(float* v, int64_t seen, int64_t width) const {
        for (int64_t i = seen; i < width; i++) v[i] = -INFINITY;
        __m512 most = _mm512_loadu_ps(v);
        for (int64_t i = LANES; i < width; i += LANES) most = _mm512_max_ps(most, _mm512_loadu_ps(v + i));
        return scaling * LOG2_E * _mm512_reduce_max_ps(most);
    }

    // 2 to the logits, to base 2, and `plus` that. Gives their sum. As in `exponential`, with as many terms as show in
    // bfloat16.
    float exponentials(const float* v, float plus, int64_t width, bfloat16* to) const {
        __m512 total = _mm512_setzero_ps(), by = _mm512_set1_ps(scaling * LOG2_E), more = _mm512_set1_ps(plus);
        for (int64_t i = 0; i < width; i += LANES) {
            __m512 x = _mm512_fmadd_ps(_mm512_loadu_ps(v + i), by, more);
            x = _mm512_max_ps(_mm512_set1_ps(-150.0f), x);  // in this order what is no number stays so
            __m512 n = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC), f = _mm512_sub_ps(x, n);
            __m512 p = _mm512_set1_ps(1.33335581e-3f);
            for (float term : {9.61812911e-3f, 5.55041087e-2f, 2.40226507e-1f, 6.93147181e-1f, 1.0f})
                p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(term));
            p = _mm512_scalef_ps(p, n);
            total = _mm512_add_ps(total, p);
            put(to + i, p);
        }
        return _mm512_reduce_add_ps(total);
    }
};

}  // namespace

extern "C" void attend_by_matmul_bfloat16(int64_t windows, const int64_t* cu_seqlens, int64_t heads, int64_t kv_heads,
                                            int64_t d, int causal, float scaling, const bfloat16* qkv,
                                            const bfloat16* cos, const bfloat16* sin, bfloat16* out, float* sums) {
    Attention attention{heads, kv_heads, d, causal != 0, scaling, qkv, cos, sin};
#pragma omp parallel for schedule(dynamic)
    for (int64_t task = 0; task < windows * kv_heads; task++) {
        const int64_t* first = cu_seqlens + task / kv_heads;
        attention.window(first[0], first[1] - first[0], task % kv_heads, out, sums);
    }
}

extern "C" void attend_backward_bfloat16(int64_t windows, const int64_t* cu_seqlens, int64_t heads, int64_t kv_heads,
                                         int64_t d, int causal, float scaling, const bfloat16* qkv, const bfloat16* cos,
                                         const bfloat16* sin, const bfloat16* out, const float* sums, const bfloat16* g,
                                         bfloat16* dqkv) {
    Attention attention{heads, kv_heads, d, causal != 0, scaling, qkv, cos, sin};
#pragma omp parallel for schedule(dynamic)
    for (int64_t task = 0; task < windows * kv_heads; task++) {
        const int64_t* first = cu_seqlens + task / kv_heads;
        attention.window_backward(first[0], first[1] - first[0], task % kv_heads, out, sums, g, dqkv);
    }
}
#endif
