"""The wheel, equal byte for byte whoever builds it: `make wheel`.

    python release/wheel.py --out build/dist

What a ZIP archive says beside its files' contents is taken away: times are those of the last commit
(SOURCE_DATE_EPOCH), modes are 0644, and the tree that is built is a copy of what is tracked. setuptools writes its own
version into the wheel, so that is pinned (constraints.txt).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
_NEEDED = ("src/loredact", "pyproject.toml", "README.md", "LICENSE")
_BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


def build(out: Path, tree: Path = ROOT) -> Path:
    """Build the wheel of what is tracked in `tree` into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or _git(tree, "log", "-1", "--format=%ct").strip()
    with tempfile.TemporaryDirectory() as folder:
        copy, made = Path(folder) / "tree", Path(folder) / "made"
        made.mkdir()
        for name in _git(tree, "ls-files", "-z", "--", *_NEEDED).split("\0")[:-1]:
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(tree / name, target)
            target.chmod(0o644)
        environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch}
        subprocess.run(
            [sys.executable, "-c", f"import os; os.umask(0o022); {_BUILD}", str(made)],
            cwd=copy,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (wheel,) = made.glob("*.whl")
        return Path(shutil.copyfile(wheel, out / wheel.name))


def _git(tree: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(tree), *arguments], check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Build, and print where the wheel is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "dist")
    print(build(parser.parse_args().out))


if __name__ == "__main__":
    main()
