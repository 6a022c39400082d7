"""What fuzzing reached is tried again, and damaged copies of what it began with."""

import random

import pytest

from tests.fuzz.targets import TARGETS, known_inputs


@pytest.mark.parametrize("name", TARGETS)
def test_inputs_that_fuzzing_kept_are_read_or_refused(name: str) -> None:
    kept = known_inputs(name)
    assert len(kept) > len(list(TARGETS[name].seeds())), "python -m tests.fuzz writes them"
    for data in kept:
        TARGETS[name].run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_seeds_are_read_or_refused(name: str) -> None:
    target, draw = TARGETS[name], random.Random(name)
    for seed in target.seeds():
        for _ in range(20):
            damaged = bytearray(seed)
            for _ in range(draw.choice((1, 2, 8))):
                damaged[draw.randrange(len(damaged))] = draw.randrange(256)
            target.run(bytes(damaged))
