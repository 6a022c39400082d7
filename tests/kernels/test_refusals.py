"""Kernels take what fits and refuse what does not: nothing is read or written outside of a tensor's memory."""

import pytest
import torch

from loredact.kernels import Heads, PaddedBucket, attend_windows, call, pad
from loredact.kernels.build import library
from tests.kernels import cases


@pytest.mark.parametrize("table", [None, {}], ids=["compiled", "PyTorch"])
def test_query_heads_that_key_value_heads_do_not_divide_are_refused(table: call.Table | None) -> None:
    row = PaddedBucket(0, 4, 1, 4, None, None)
    with call.using(call.decide() if table is None else table):
        for heads, kv_heads in ((3, 2), (4, 3), (2, 3), (2, 0)):
            with pytest.raises(ValueError, match="kv_heads"):
                pad(torch.randn(4, heads, 8), None, row, kv_heads)


def test_attention_in_groups_of_no_head_is_refused() -> None:
    heads = Heads(2, 0, 32, 1.0)
    qkv, cu_seqlens = torch.randn(3, 2 * 32), torch.tensor([0, 3])
    if attend_windows(torch.randn(3, 4 * 32), None, cu_seqlens, 3, Heads(2, 1, 32, 1.0), causal=True) is None:
        pytest.skip("no kernel is compiled here")
    with pytest.raises(ValueError, match="kv_heads"):
        attend_windows(qkv, None, cu_seqlens, 3, heads, causal=True)


def test_bucket_whose_tokens_lie_outside_of_it_is_refused() -> None:
    lengths, place = torch.tensor([1, 2]), torch.tensor([0, 2, 3])
    PaddedBucket(0, 3, 2, 2, lengths, place)
    for wrong in (place + 1, place - 1, place.int(), place[:2]):
        with pytest.raises(ValueError, match="places"):
            PaddedBucket(0, 3, 2, 2, lengths, wrong)
    with pytest.raises(ValueError, match="lengths"):
        PaddedBucket(0, 3, 2, 2, lengths + 1, place)
    with pytest.raises(ValueError, match="windows by"):
        PaddedBucket(-1, 4, 2, 2, lengths, place)


@pytest.mark.skipif(library() is None, reason="PyTorch refuses in its own words, and there is no C++ compiler here")
@pytest.mark.parametrize("first", range(0, 1300, 260))
def test_random_calls_are_computed_where_they_fit_and_refused_where_they_do_not(first: int) -> None:
    # `make sanitize` runs the same, and more of them, where memory is watched.
    assert 0 < sum(map(cases.run, range(first, first + 260))) <= 65
