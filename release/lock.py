"""What loredact needs to run, with versions and hashes; and the SBOM of that: `make lock`, `make sbom`.

    python release/lock.py --out build/dist/requirements.lock
    python release/lock.py --sbom build/dist/loredact.cdx.json

The packages are those that loredact's own requirements lead to, in the versions of this environment. The hashes are
those of the files that pip would install here, as it reports them, so a lock is of one platform and of the registry
that pip is set up for: `torch` of PyPI and of PyTorch's own index are other files of one version. That is why none is
committed: whoever installs makes one, once, and `pip install --require-hashes -r requirements.lock` holds to it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def needed(names: Iterable[str] = ("loredact",)) -> dict[str, str]:
    """The packages that `names` need, with what they need in turn, each with its installed version."""
    versions: dict[str, str] = {}
    waiting = [Requirement(name) for name in names]
    seen: set[tuple[str, frozenset[str]]] = set()
    asked = {canonicalize_name(requirement.name) for requirement in waiting}
    while waiting:
        wanted = waiting.pop()
        key = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if key in seen:
            continue
        seen.add(key)
        package = distribution(wanted.name)
        versions[key[0]] = package.version
        for line in package.requires or ():
            inner = Requirement(line)
            environments = [{"extra": extra} for extra in (*sorted(wanted.extras), "")]
            if inner.marker is None or any(inner.marker.evaluate(each) for each in environments):
                waiting.append(inner)
    return {name: version for name, version in sorted(versions.items()) if name not in asked}


def locked(versions: dict[str, str]) -> str:
    """The lines of a requirements file for these versions, each with the hash of the file that pip would install."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"]
        wanted = [f"{name}=={version}" for name, version in versions.items()]
        subprocess.run([*pip, "--report", str(report), *wanted], check=True)
        told = json.loads(report.read_text(encoding="utf-8"))["install"]
    lines = []
    for package in told:
        name = canonicalize_name(package["metadata"]["name"])
        digest = package["download_info"]["archive_info"]["hashes"]["sha256"]
        lines.append(f"{name}=={package['metadata']['version']} --hash=sha256:{digest}\n")
    return "".join(sorted(lines))


def write_sbom(path: Path, versions: dict[str, str]) -> None:
    """Write an SBOM of loredact and what it needs to `path`, in CycloneDX's JSON, by cyclonedx-bom."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name}=={version}\n" for name, version in versions.items())
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "-", "--pyproject", str(ROOT / "pyproject.toml")]
    options = ["--mc-type", "library", "--output-reproducible", "--short-PURLs", "--of", "JSON", "-o", str(path)]
    # Where files come from is not said: the packages are the same whichever registry has them.
    index = ["-i", "https://pypi.org/simple"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    subprocess.run([*command, *index, *options], input=lines, text=True, check=True, env=environment)


def main() -> None:
    """Write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extra", nargs="*", default=[], help="extras of loredact to take in")
    parser.add_argument("--out", type=Path, help="write a requirements file with hashes")
    parser.add_argument("--sbom", type=Path, help="write an SBOM")
    given = parser.parse_args()
    name = f"loredact[{','.join(given.extra)}]" if given.extra else "loredact"
    versions = needed([name])
    if given.out is not None:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(locked(versions), encoding="utf-8")
        print(f"{len(versions)} packages in {given.out}")
    if given.sbom is not None:
        write_sbom(given.sbom, versions)
        print(f"{len(versions)} packages in {given.sbom}")


if __name__ == "__main__":
    main()
