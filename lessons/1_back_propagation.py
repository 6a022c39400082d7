"""Lesson 1. Back-propagation from nothing.

A network learns by asking, of every one of its weights: were you a little larger, would the error be larger or smaller?
It then moves each weight a little the other way. Back-propagation is the bookkeeping that answers the question for all
weights in one pass. This lesson does it with NumPy alone, once by hand and once on a network that has to bend.

Run it with `make lessons`, or by itself:

    python lessons/1_back_propagation.py

It prints every step, checks its gradients against PyTorch's, and draws docs/images/1_back_propagation.png.
The example of part one is hmkcode's "Backpropagation Step by Step", https://hmkcode.com/ai/backpropagation-step-by-step/
"""

import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[np.float64]

HERE = Path(__file__).parent
PLOT = HERE.parent / "docs" / "images" / "1_back_propagation.png"


def main() -> None:
    """Both parts, then the plot."""
    by_hand = part_one()
    straight, bent = part_two()
    draw(by_hand, straight, bent)


def check(statement: str, holds: bool) -> None:
    """Print what this lesson states, or stop where it is not so."""
    if not holds:
        sys.exit(f"Lesson 1 states what is not so: {statement}")
    print(f"   ✓ {statement}")


# ----------------------------------------------------------------------------------------------------------------------
# Part one: two inputs, two hidden neurons, one output
#
#        2 ──0.11──▶ h1
#          ╲0.12  ╱      ╲0.14
#           ╲    ╱         ▶ prediction, which should be 1
#          ╱0.21  ╲      ╱0.15
#        3 ──0.08──▶ h2
#
# A neuron multiplies each input by a weight, adds them up, and adds a bias. Neurons side by side, over the same inputs,
# are the columns of one matrix: so a whole layer is one matrix product. (This example has no biases; part two does.)
# ----------------------------------------------------------------------------------------------------------------------

INPUTS = np.array([[2.0, 3.0]])  # (1, 2): one example, two inputs
ACTUAL = np.array([[1.0]])  # (1, 1)
FIRST_WEIGHTS = np.array([[0.11, 0.12], [0.21, 0.08]])  # (inputs, hidden): a column is a hidden neuron
SECOND_WEIGHTS = np.array([[0.14], [0.15]])  # (hidden, outputs)
RATE = 0.05


def layer(inputs: Array, weights: Array, bias: Array | float = 0.0) -> Array:
    """(input · weight) + bias, for all neurons of a layer at once: (examples, in) to (examples, out)."""
    return inputs @ weights + bias


def error_of(prediction: Array, actual: Array) -> float:
    """½ (prediction − actual)², the mean over examples. The ½ is there to cancel the 2 of the derivative."""
    return float(np.mean(0.5 * (prediction - actual) ** 2))


def predict(weights: Sequence[Array]) -> Array:
    """Forward: what the example's network makes of its inputs."""
    first, second = weights
    return layer(layer(INPUTS, first), second)


def gradients(weights: Sequence[Array]) -> list[Array]:
    """Backward: how the error changes with each weight.

    The chain rule says: to see how much a weight moves the error, multiply the slopes along its way there, and add up
    where there are several ways. We start at the error and walk backwards, so that each slope is worked out once and
    used for all that lies behind it.
    """
    first, second = weights
    hidden = layer(INPUTS, first)  # (1, 2)
    prediction = layer(hidden, second)  # (1, 1)

    # The error is ½ (prediction − actual)², so its slope by the prediction is simply how far off we are.
    by_prediction = prediction - ACTUAL  # (1, 1)
    # A weight of the second layer is multiplied by a hidden value: that value is its slope.
    by_second = hidden.T @ by_prediction  # (2, 1)
    # A hidden value is multiplied by its weight on the way out: backwards, that weight carries the slope.
    by_hidden = by_prediction @ second.T  # (1, 2)
    # And a weight of the first layer is multiplied by an input. The same rule, one layer further down.
    by_first = INPUTS.T @ by_hidden  # (2, 2)
    return [by_first, by_second]


def step(weights: Sequence[Array], slopes: Sequence[Array], rate: float) -> list[Array]:
    """Gradient descent: every weight goes a little way against its slope."""
    return [weight - rate * slope for weight, slope in zip(weights, slopes, strict=True)]


def part_one() -> list[float]:
    """The example by hand. Returns the error before the first step and after each of 20."""
    print("1. Two inputs, two hidden neurons, one output")
    weights = [FIRST_WEIGHTS, SECOND_WEIGHTS]
    hidden = layer(INPUTS, FIRST_WEIGHTS)
    prediction = predict(weights)
    error = error_of(prediction, ACTUAL)
    print(f"   hidden      (2 × 0.11 + 3 × 0.21, 2 × 0.12 + 3 × 0.08) = ({hidden[0, 0]:.2f}, {hidden[0, 1]:.2f})")
    print(f"   prediction  0.85 × 0.14 + 0.48 × 0.15 = {prediction.item():.3f}")
    print(f"   error       ½ × (0.191 − 1)² = {error:.3f}")
    check("the prediction is 0.191 and the error 0.327", f"{prediction.item():.3f} {error:.3f}" == "0.191 0.327")

    slopes = gradients(weights)
    print(f"   off by      0.191 − 1 = {(prediction - ACTUAL).item():.3f}")
    print(f"   slopes of the second layer   0.85 and 0.48 times that: {row(slopes[1])}")
    print(f"   slopes of the first layer    that times 0.14 or 0.15, times 2 or 3: {row(slopes[0])}")
    apart = largest_difference(slopes, slopes_by_autograd(weights))
    check("PyTorch's autograd finds the same slopes, to 1e-12", apart < 1e-12)

    weights = step(weights, slopes, RATE)
    prediction = predict(weights)
    print(f"   one step of {RATE}: the weights are now {row(weights[0])} and {row(weights[1])}")
    expected = "0.12 0.13 0.23 0.10 0.17 0.17"
    check("to two places that is " + expected, " ".join(row(w, places=2) for w in weights) == expected)
    check("the prediction is now 0.26", f"{prediction.item():.2f}" == "0.26")

    errors = [error, error_of(prediction, ACTUAL)]
    for number in range(2, 21):
        weights = step(weights, gradients(weights), RATE)
        errors.append(error_of(predict(weights), ACTUAL))
        print(f"   step {number:2}     prediction {predict(weights).item():.4f}, error {errors[-1]:.2e}")
    check("every step made the error smaller", all(later < before for before, later in pairwise(errors)))
    check("after 20 steps the prediction is within 0.001 of 1", abs(predict(weights).item() - 1) < 1e-3)
    return errors


def slopes_by_autograd(weights: Sequence[Array]) -> list[Array]:
    """What `gradients` works out, left to PyTorch."""
    first, second = (torch.tensor(weight, requires_grad=True) for weight in weights)
    prediction = torch.tensor(INPUTS) @ first @ second
    (0.5 * (prediction - torch.tensor(ACTUAL)) ** 2).mean().backward()  # type: ignore[no-untyped-call]
    return [slope.numpy() for slope in (first.grad, second.grad) if slope is not None]


def largest_difference(left: Sequence[Array], right: Sequence[Array]) -> float:
    """The largest difference between numbers in the same place."""
    return max(float(np.abs(a - b).max()) for a, b in zip(left, right, strict=True))


def row(numbers: Array, places: int = 3) -> str:
    """The numbers of a matrix in one line."""
    return " ".join(f"{number:.{places}f}" for number in numbers.flat)


# ----------------------------------------------------------------------------------------------------------------------
# Part two: many examples, biases, and a bend
#
# "Exactly one of the two": the output should be 1 where the inputs differ and 0 where they agree. No straight line
# parts the ones from the zeros. Two layers do not help by themselves, for a matrix product of a matrix product is a
# matrix product: with nothing between them they are one straight layer. ReLU, which cuts off whatever is below zero,
# is the bend that makes them two. On the way back it lets a slope through where it let the value through.
# ----------------------------------------------------------------------------------------------------------------------

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # (4, 2): four examples at once
DIFFER = np.array([[0.0], [1.0], [1.0], [0.0]])  # (4, 1)
HIDDEN = 8
STEPS = 150


def new_network(seed: int) -> list[Array]:
    """Weights at random, so that the hidden neurons do not all learn the same; biases zero."""
    random = np.random.default_rng(seed)
    return [random.normal(size=(2, HIDDEN)), np.zeros(HIDDEN), random.normal(size=(HIDDEN, 1)) / HIDDEN, np.zeros(1)]


def forward(network: Sequence[Array], bend: bool) -> tuple[Array, Array]:
    """The hidden values, (4, HIDDEN), and the predictions, (4, 1)."""
    first, first_bias, second, second_bias = network
    hidden = layer(CORNERS, first, first_bias)
    if bend:
        hidden = np.maximum(hidden, 0.0)
    return hidden, layer(hidden, second, second_bias)


def backward(network: Sequence[Array], bend: bool) -> list[Array]:
    """The slope of the mean error by every weight and bias, from the output backwards."""
    _, _, second, _ = network
    hidden, predictions = forward(network, bend)
    by_prediction = (predictions - DIFFER) / len(CORNERS)  # (4, 1); divided, since the error is a mean
    by_hidden = by_prediction @ second.T  # (4, HIDDEN)
    if bend:
        by_hidden = by_hidden * (hidden > 0)
    # A bias is added to every example alike: its slope is the sum of theirs.
    return [CORNERS.T @ by_hidden, by_hidden.sum(axis=0), hidden.T @ by_prediction, by_prediction.sum(axis=0)]


def learn(bend: bool) -> tuple[list[float], Array]:
    """The error at every step, and the predictions at the end."""
    network = new_network(seed=1)
    errors = []
    for _ in range(STEPS):
        errors.append(error_of(forward(network, bend)[1], DIFFER))
        network = step(network, backward(network, bend), rate=0.3)
    return errors, forward(network, bend)[1]


def part_two() -> tuple[list[float], list[float]]:
    """Two layers on "exactly one of the two", without the bend and with it. Returns the errors of both."""
    print("2. Exactly one of the two: 0 0 → 0, 0 1 → 1, 1 0 → 1, 1 1 → 0")
    network = new_network(seed=1)
    print(f"   {sum(weight.size for weight in network)} weights and biases, each with its slope")
    for bend in (False, True):
        apart = largest_difference(backward(network, bend), network_slopes_by_autograd(network, bend))
        check(f"{'with' if bend else 'without'} ReLU, autograd finds the same slopes, to 1e-12", apart < 1e-12)

    straight, guesses = learn(bend=False)
    print(f"   without ReLU  error {straight[-1]:.4f}, predictions {row(guesses, places=2)}")
    check("two straight layers can only say ½ to everything, an error of 0.125", abs(straight[-1] - 0.125) < 1e-3)
    bent, predictions = learn(bend=True)
    print(f"   with ReLU     error {bent[-1]:.1e}, predictions {row(predictions, places=2)}")
    check("with the bend the error falls below 0.0001", bent[-1] < 1e-4)
    return straight, bent


def network_slopes_by_autograd(network: Sequence[Array], bend: bool) -> list[Array]:
    """What `backward` works out, left to PyTorch."""
    parameters = [torch.tensor(weight, requires_grad=True) for weight in network]
    first, first_bias, second, second_bias = parameters
    hidden = torch.tensor(CORNERS) @ first + first_bias
    if bend:
        hidden = hidden.relu()
    predictions = hidden @ second + second_bias
    (0.5 * (predictions - torch.tensor(DIFFER)) ** 2).mean().backward()  # type: ignore[no-untyped-call]
    return [parameter.grad.numpy() for parameter in parameters if parameter.grad is not None]


# ----------------------------------------------------------------------------------------------------------------------
# The plot
# ----------------------------------------------------------------------------------------------------------------------


def draw(by_hand: Sequence[float], straight: Sequence[float], bent: Sequence[float]) -> None:
    """The error falling, in part one and in part two."""
    plt.style.use(HERE / "lessons.mplstyle")
    figure, (left, right) = plt.subplots(1, 2)

    left.plot(by_hand, marker="o", markersize=3.5)
    left.annotate(
        "prediction 0.191, error 0.327", (0, by_hand[0]), xytext=(14, 0), textcoords="offset points", va="center"
    )
    left.annotate(
        "after one step: prediction 0.26", (1, by_hand[1]), xytext=(14, 0), textcoords="offset points", va="center"
    )
    left.set_title("Two inputs, two hidden neurons, one output")
    left.set_xlabel("steps of gradient descent")
    left.set_ylabel("error, ½ (prediction − actual)²")
    left.set_ylim(bottom=0)
    left.set_xticks(range(0, 21, 5))

    right.plot(straight, color="C1", label="without ReLU: one straight layer in disguise")
    right.plot(bent, color="C0", label="with ReLU between the layers")
    right.set_title("“Exactly one of the two” needs a bend")
    right.set_xlabel("steps of gradient descent")
    right.set_ylabel("mean of ½ (prediction − actual)²")
    right.set_ylim(bottom=0)
    right.legend()

    PLOT.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PLOT)
    print(f"   drawn: {PLOT.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
