"""Train the adapter `fast`, as it ships in the package: for English text, on a small encoder.

    python recipes/fast_adapter.py --corpora FOLDER --out first
    python recipes/fast_adapter.py --corpora FOLDER --out second --start first --seed 1 --synthetic 5000 --rate 5e-4
    python recipes/fast_adapter.py --corpora FOLDER --out src/loredact/adapters/fast \\
        --start second --seed 2 --synthetic 36000 --rate 1e-3

The corpus is the English part of the default adapter's (`default_adapter.py` says what FOLDER holds).
"""

from default_adapter import run

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
    learning_rate=1e-3,
    head_ratio=10,
    recall=0.975,  # as in default_adapter.py
)

if __name__ == "__main__":
    run(__doc__, SETTINGS, lambda document: document.extra.get("language", "en") == "en")
