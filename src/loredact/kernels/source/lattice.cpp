// Sequences of tags, in double, one token after the other: see lattice.py.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace {

// Where the tags of a label begin among those of a token: B, I, E, S.
inline const double* of_label(const double* token, int64_t label) { return token + 1 + 4 * label; }

}  // namespace

// Ties go to O, then S, then E, of labels to the first, and to a span that begins.
extern "C" void viterbi_float64(int64_t tokens, int64_t labels, const double* log_p, int64_t* tags) {
    std::vector<char> by_inside(tokens * labels);
    std::vector<double> opened(labels, -INFINITY);
    double closed = 0;
    for (int64_t t = 0; t < tokens; t++) {
        const double* token = log_p + t * (1 + 4 * labels);
        double best_end = -INFINITY, best_single = -INFINITY;
        int64_t ended = 0, alone = 0;
        for (int64_t label = 0; label < labels; label++) {
            const double* p = of_label(token, label);
            double ends = opened[label] + p[2], going_on = opened[label] + p[1], starting = closed + p[0];
            if (ends > best_end) best_end = ends, ended = label;
            if (p[3] > best_single) best_single = p[3], alone = label;
            by_inside[t * labels + label] = going_on > starting;
            opened[label] = going_on > starting ? going_on : starting;
        }
        double best = closed + token[0], single = closed + best_single;
        tags[t] = 0;
        if (single > best) best = single, tags[t] = 4 + 4 * alone;
        if (best_end > best) best = best_end, tags[t] = 3 + 4 * ended;
        closed = best;
    }
    for (int64_t t = tokens - 1; t >= 0; t--) {
        if (tags[t] % 4 != 3) continue;
        int64_t label = tags[t] / 4;
        for (t--; by_inside[t * labels + label]; t--) tags[t] = 2 + 4 * label;
        tags[t] = 1 + 4 * label;
    }
}

extern "C" void forward_backward_float64(int64_t tokens, int64_t labels, const double* p, double* before, double* after) {
    std::vector<double> opened(labels);
    double* open = opened.data();
    int64_t width = 1 + 4 * labels;
    double closed = 1, scale = 0;
    auto step = [&](double next, double total, double* log_sum) {
        for (int64_t label = 0; label < labels; label++) open[label] /= total;
        closed = next / total;
        scale += std::log(total);
        *log_sum = scale + std::log(closed);
    };
    before[0] = 0;
    for (int64_t t = 0; t < tokens; t++) {
        double stay = p[t * width], ends = 0, total = 0;
#pragma omp simd reduction(+ : stay, ends, total)
        for (int64_t label = 0; label < labels; label++) {
            const double* tag = of_label(p + t * width, label);
            stay += tag[3];
            ends += open[label] * tag[2];
            open[label] = closed * tag[0] + open[label] * tag[1];
            total += open[label];
        }
        double next = closed * stay + ends;
        step(next, next + total, before + t + 1);
    }
    std::fill(opened.begin(), opened.end(), 0.0);
    closed = 1, scale = 0, after[tokens] = 0;
    for (int64_t t = tokens - 1; t >= 0; t--) {
        double stay = p[t * width], begins = 0, total = 0;
#pragma omp simd reduction(+ : stay, begins, total)
        for (int64_t label = 0; label < labels; label++) {
            const double* tag = of_label(p + t * width, label);
            stay += tag[3];
            begins += tag[0] * open[label];
            open[label] = closed * tag[2] + tag[1] * open[label];
            total += open[label];
        }
        double next = closed * stay + begins;
        step(next, next + total, after + t);
    }
}
