"""Train the adapter `fast`, as it ships in the package: for English text, on a small encoder.

    python recipes/fast_adapter.py --corpora FOLDER --out OUT

The corpus is the English part of the default adapter's (`default_adapter.py` says what FOLDER holds). The adapter is
the last of the runs, which are folders of OUT. The same command goes on with what was stopped.
"""

from chain import Chain, Run, arguments

from loredact.bases import FAST_BASE
from loredact.lora import LoRAConfig
from loredact.tuning import Settings

SETTINGS = Settings(
    base=FAST_BASE,
    lora=LoRAConfig(rank=48, alpha=48),
    epochs=2,
    row_tokens=1024,
    evaluations=4,
    # What the encoder gives is small, so at the matrices' own rate the tag head would hardly learn.
    head_ratio=10,
    recall=0.975,  # as in default_adapter.py
)
CHAIN = Chain(
    SETTINGS,
    [
        Run(18_000, seed=0, rate=1e-3),
        Run(5_000, seed=1, rate=5e-4, start=1),
        Run(36_000, seed=2, rate=1e-3, start=2),
    ],
    keep=lambda document: document.extra.get("language", "en") == "en",
)

if __name__ == "__main__":
    CHAIN.train(*arguments(__doc__))
