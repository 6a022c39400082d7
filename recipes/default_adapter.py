"""Train the default adapter, as it ships in the package: the corpus it learns from, its settings, and its runs.

    python recipes/default_adapter.py --corpora FOLDER --out OUT

FOLDER holds `tab-train`, `meddocan-train`, `wikigold` and `btc` as `.jsonl.gz` (docs/default-adapter.md says where
they come from). Without `--corpora` the adapter learns from the synthetic corpus alone. The runs are folders of OUT,
and the adapter, OUT/mean, is the mean of the last two. The same command goes on with what was stopped.
"""

from average import write_average
from chain import Chain, Run, arguments

from loredact.lora import LoRAConfig
from loredact.tuning import Settings

SETTINGS = Settings(
    depth=16,
    lora=LoRAConfig(rank=12, alpha=24),  # 16 layers at rank 16 would be over 10 MB
    epochs=1,
    evaluations=3,
    # About where F2 on the held-out text is highest: a missed character costs more than one masked too many.
    recall=0.981,
    # Below the one in a hundred that is aimed at: the rules add a few, and other texts have others.
    nobodys_masked=0.007,
)
CHAIN = Chain(
    SETTINGS,
    [
        Run(21_000, seed=0, rate=2e-3, row_tokens=2048),
        *(Run(22_500, seed=seed, rate=1e-3, start=(1,), row_tokens=2048) for seed in (1, 2, 3)),
        # Two thirds of the templates have nothing personal in them: so each of those is met about as often as another.
        *(Run(20_000, seed=seed, rate=1e-3, start=(2, 3, 4), nobodys=0.65) for seed in (4, 5)),
    ],
)

if __name__ == "__main__":
    corpora, out = arguments(__doc__)
    folders = CHAIN.train(corpora, out)
    held_out = CHAIN.held_out(CHAIN.runs[-1])
    write_average(folders[-2:], out / "mean", held_out, SETTINGS.recall, SETTINGS.nobodys_masked)
