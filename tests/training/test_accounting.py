"""What private training spends is told alike by two libraries, and its random numbers are what they are to be."""

import numpy as np
import pytest
import torch

from loredact.training.accounting import noise_for, spent
from loredact.training.system_random import chosen, gaussian_like, uniform

RUNS = [(1.0, 1e-5, 0.05, 60), (8.0, 1e-5, 0.1, 100), (3.0, 1e-6, 0.02, 400)]


@pytest.mark.parametrize(("epsilon", "delta", "sampling", "steps"), RUNS)
def test_two_accountants_agree_to_one_in_a_hundred(epsilon: float, delta: float, sampling: float, steps: int) -> None:
    from opacus.accountants import PRVAccountant

    noise = noise_for(epsilon, delta, sampling, steps)
    first = spent(noise, delta, sampling, steps)
    assert epsilon * 0.99 < first <= epsilon
    other = PRVAccountant()
    other.history = [(noise, sampling, steps)]
    assert other.get_epsilon(delta, eps_error=0.004 * epsilon) == pytest.approx(first, rel=0.01)


def test_more_steps_spend_more_and_no_step_nothing() -> None:
    assert spent(1.0, 1e-5, 0.1, 0) == 0.0
    assert spent(1.0, 1e-5, 0.1, 10) < spent(1.0, 1e-5, 0.1, 20)


def test_numbers_from_the_system_are_uniform_and_normal() -> None:
    numbers = uniform(100_000)
    assert 0 < numbers.min() < numbers.max() < 1
    assert numbers.mean() == pytest.approx(0.5, abs=0.01)
    normal = gaussian_like(torch.empty(1000, 200))
    assert float(normal.mean()) == pytest.approx(0, abs=0.02)
    assert float(normal.std()) == pytest.approx(1, abs=0.02)
    assert float((normal.abs() > 1.96).float().mean()) == pytest.approx(0.05, abs=0.005)


def test_a_poisson_sample_holds_each_document_by_itself() -> None:
    sizes = [len(chosen(200, 0.1)) for _ in range(500)]
    assert np.mean(sizes) == pytest.approx(20, abs=1)
    assert np.var(sizes) == pytest.approx(18, rel=0.3)
