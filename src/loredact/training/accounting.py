"""How much noise makes a run private, and what a run has spent.

A mechanism is (ε, δ)-private where, for any two corpora that differ by one document and any set S of outcomes,
P(S | one) <= e^ε P(S | other) + δ (Dwork et al., 2006). DP-SGD is the Gaussian mechanism on a Poisson sample, composed
over its steps; its ε comes from the privacy loss distribution (Koskela et al., arXiv:1906.03049), by the library
dp-accounting, whose discretisation rounds up.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from loredact.errors import InputError

# The noise that is needed is never below so much of what Rényi's accountant asks for.
_LESS = 0.5
# Whole ones, whose sums are finite.
_ORDERS = (*range(2, 64), 128, 256, 512)


@cache
def noise_for(epsilon: float, delta: float, sampling: float, steps: int) -> float:
    """The noise multiplier σ, standard deviation over clipping norm, by which `steps` steps spend at most `epsilon`.

    `sampling` is the probability of each document to be in a step.

    Raises:
        InputError: where the library is missing.
    """
    accounting = _library()

    def found(accountant: Callable[[], Any], bracket: Any) -> float:
        noise: float = accounting.calibrate_dp_mechanism(
            accountant, lambda noise: _run(noise, sampling, steps), epsilon, delta, bracket_interval=bracket, tol=1e-3
        )
        return noise

    # Rényi's accountant takes no time and asks for a little more noise; the other takes seconds where noise is low.
    more = found(lambda: accounting.rdp.RdpAccountant(_ORDERS), accounting.LowerEndpointAndGuess(0.1, 2.0))
    return found(_accountant, accounting.ExplicitBracketInterval(_LESS * more, more))


@cache
def spent(noise: float, delta: float, sampling: float, steps: int) -> float:
    """The ε that `steps` steps with this noise multiplier have spent."""
    if not steps:
        return 0.0
    epsilon: float = _accountant().compose(_run(noise, sampling, steps)).get_epsilon(delta)
    return epsilon


def accountant_name() -> str:
    """The library and its version, for the report."""
    from importlib.metadata import version

    return f"privacy loss distribution, dp-accounting {version('dp-accounting')}"


def _accountant() -> Any:
    from dp_accounting.pld import PLDAccountant

    # What rounding up to so much of ε costs is far below a hundredth of it, at a tenth of the time of the default.
    return PLDAccountant(value_discretization_interval=1e-3)


def _run(noise: float, sampling: float, steps: int) -> Any:
    accounting = _library()
    one = accounting.PoissonSampledDpEvent(sampling, accounting.GaussianDpEvent(noise))
    return accounting.SelfComposedDpEvent(one, steps)


def _library() -> Any:
    try:
        import dp_accounting
    except ImportError:
        raise InputError("Private training needs dp-accounting: pip install 'loredact[private]'.") from None
    return dp_accounting
