"""Runs LibreOffice without a window, as a person's program that writes files and opens ours."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

SOFFICE = shutil.which("soffice")
MISSING = "LibreOffice is not installed (apt-get install libreoffice-writer libreoffice-calc)"


def convert(files: Iterable[Path], to: str, folder: Path, profile: Path, read_as: str = "") -> dict[Path, Path]:
    """Convert each of `files`, read by a filter if one is named, into the format `to` in `folder`; what each became."""
    files = list(files)
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", to]
    command += [f"--infilter={read_as}"] if read_as else []
    subprocess.run([*command, "--outdir", str(folder), *map(str, files)], check=True, capture_output=True, timeout=300)
    ending = to.split(":", maxsplit=1)[0]
    return {file: folder / f"{file.stem}.{ending}" for file in files}
