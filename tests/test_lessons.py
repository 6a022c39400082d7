"""The first lesson's functions; `make lessons` runs all lessons whole."""

import runpy
from pathlib import Path

import numpy as np
import pytest

LESSON = Path(__file__).parents[1] / "lessons" / "1_back_propagation.py"


@pytest.fixture(scope="module")
def lesson() -> dict[str, object]:
    """What the lesson defines, without running it."""
    return runpy.run_path(str(LESSON))


def test_lesson_1_agrees_with_the_worked_example(lesson: dict[str, object]) -> None:
    predict, gradients, step, error_of = (lesson[name] for name in ("predict", "gradients", "step", "error_of"))
    assert callable(predict)
    assert callable(gradients)
    assert callable(step)
    assert callable(error_of)
    weights = [np.array([[0.11, 0.12], [0.21, 0.08]]), np.array([[0.14], [0.15]])]
    assert predict(weights).item() == pytest.approx(0.191, abs=1e-12)
    assert error_of(predict(weights), np.array([[1.0]])) == pytest.approx(0.327, abs=5e-4)
    after = step(weights, gradients(weights), 0.05)
    assert predict(after).item() == pytest.approx(0.26, abs=5e-3)
    # -0.809 times a hidden value; -0.809 times a weight and an input.
    assert gradients(weights)[1].ravel() == pytest.approx([-0.809 * 0.85, -0.809 * 0.48], abs=1e-12)
    assert gradients(weights)[0][1] == pytest.approx([-0.809 * 0.14 * 3, -0.809 * 0.15 * 3], abs=1e-12)


def test_lesson_1_stops_where_a_statement_is_not_so(lesson: dict[str, object]) -> None:
    check = lesson["check"]
    assert callable(check)
    with pytest.raises(SystemExit, match="two is three"):
        check("two is three", holds=False)
