"""Train the default adapter, as it ships in the package: the corpus it learns from, its settings, and its runs.

    python recipes/default_adapter.py --corpora FOLDER --out OUT

FOLDER holds `tab-train`, `meddocan-train`, `wikigold` and `btc` as `.jsonl.gz` (docs/default-adapter.md says where
they come from). Without `--corpora` the adapter learns from the synthetic corpus alone. The adapter is OUT itself: the
mean of the last two of the runs, which are folders of OUT. The same command goes on with what was stopped.
"""

from average import average
from chain import Chain, Run, arguments

from loredact.cli.console import say
from loredact.lora import LoRAConfig
from loredact.tagger import Tagger
from loredact.tuning import Settings
from loredact.tuning.tagging import Tagging

SETTINGS = Settings(
    depth=16,
    lora=LoRAConfig(rank=12, alpha=24),  # 16 layers at rank 16 would be over 10 MB
    epochs=1,
    row_tokens=1024,
    evaluations=3,
    recall=0.983,  # where F2 on the held-out text is highest: a missed character costs more than one masked too many
)
CHAIN = Chain(
    SETTINGS,
    [
        Run(18_000, seed=0, rate=2e-3),
        Run(9_000, seed=1, rate=1e-3, start=1),
        Run(9_000, seed=3, rate=1e-3, start=2),
        Run(9_000, seed=5, rate=1e-3, start=3),
        Run(9_000, seed=6, rate=1e-3, start=3),
    ],
)


def main() -> None:
    """Train the runs, and leave the mean of the last two."""
    corpora, out = arguments(__doc__)
    first, second = (Tagger.load(folder) for folder in CHAIN.train(corpora, out)[-2:])
    average(first, second)
    second.description = second.description.model_copy(update={"dial": (), "figures": {}})
    say("measuring their mean")
    Tagging(second).measure(CHAIN.held_out(CHAIN.runs[-1]))
    second.save(out)


if __name__ == "__main__":
    main()
