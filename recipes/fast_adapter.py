"""Train the adapter `fast`, as it ships in the package: for English text, on a small encoder.

    python recipes/fast_adapter.py --corpora FOLDER --out OUT

The corpus is the English part of the default adapter's (`default_adapter.py` says what FOLDER holds). The adapter is
the folder OUT/run-1. The same command goes on with what was stopped.
"""

from chain import Chain, Run, arguments

from loredact.bases import FAST_BASE
from loredact.lora import LoRAConfig
from loredact.tuning import Settings

SETTINGS = Settings(
    base=FAST_BASE,
    lora=LoRAConfig(rank=48, alpha=48),
    epochs=5.6,
    evaluations=1,
    recall=0.975,  # chosen as in default_adapter.py
)
CHAIN = Chain(
    SETTINGS,
    [Run(75_000, seed=2, rate=2e-3, public=3, row_tokens=4096)],
    keep=lambda document: document.extra.get("language", "en") == "en",
)

if __name__ == "__main__":
    CHAIN.train(*arguments(__doc__))
