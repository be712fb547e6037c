"""`explore`: a first look at the training and validation images, as one HTML file.

The test split stays unread: whoever chooses by what it shows has no test left.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

import numpy as np

from .data import split
from .data.duplicates import NEAR, difference_hash, exact_groups, nearest
from .data.images import Images
from .files import write
from .preprocess import Pixels
from .report import Section, Table
from .report.figure import BLUE, figure
from .report.html import document
from .settings import Config, load

PATH = Path("reports/explore.html")
COLUMNS = 12  # images of each class
MOST_CLASSES = 20


def run() -> None:
    """Write reports/explore.html."""
    config = load()
    write(PATH, explore(config))
    print(f"Open {PATH} in a browser.", file=sys.stderr)


def explore(config: Config) -> str:
    """Return the page."""
    fitted, held = split.read(config, "train", "validation")
    facts = (
        f"{len(fitted):,} training and {len(held):,} validation images of "
        f"{fitted.pixels.shape[1]} x {fitted.pixels.shape[2]} pixels in {len(fitted.classes)} "
        "classes. The test split stays unread."
    )
    sections = [balance(fitted, held), contact_sheet(fitted), light(fitted), copies(fitted, held)]
    return document(f"{config.project}: a first look", f"<p>{escape(facts)}</p>", sections)


def balance(fitted: Images, held: Images) -> Section:
    """Return how many images each class has."""
    counts = [np.bincount(part.labels, minlength=len(part.classes)) for part in (fitted, held)]
    rows = [
        [name, f"{a:,}", f"{b:,}", f"{a / len(fitted):.1%}"]
        for name, a, b in zip(fitted.classes, *counts, strict=True)
    ]
    return Section("Classes", "", Table(["Class", "Training", "Validation", "Share"], rows))


def contact_sheet(images: Images) -> Section:
    """Draw a row of images for each class, and the mean image at its end."""
    names = images.classes[:MOST_CLASSES]
    size, channels = images.pixels.shape[1], images.pixels.shape[3]
    sheet = np.zeros((len(names) * size, (COLUMNS + 1) * size, channels), dtype=np.uint8)
    for row in range(len(names)):
        members = images.pixels[images.labels == row]
        shown: list[Pixels] = [*members[:COLUMNS], *[np.zeros_like(members[0])] * COLUMNS][:COLUMNS]
        shown.append(members.mean(axis=0).astype(np.uint8))
        sheet[row * size : (row + 1) * size] = np.concatenate(shown, axis=1)
    with figure(height=0.62 * len(names), width=9) as drawn:
        axes = drawn.axes[0]
        axes.imshow(sheet if channels == 3 else sheet[..., 0], cmap="gray", vmin=0, vmax=255)
        axes.set_yticks([(row + 0.5) * size for row in range(len(names))], names)
        axes.set_xticks([])
    text = "The first images of each class; at the end of each row the mean of all of them."
    return Section("Images", text, None, drawn.svg, "images")


def light(images: Images) -> Section:
    """Draw how bright the images are."""
    with figure() as drawn:
        drawn.axes[0].hist(images.pixels.mean(axis=(1, 2, 3)), bins=50, color=BLUE)
        drawn.axes[0].set(xlabel="mean brightness (0 to 255)", ylabel="images")
    text = "What lies outside of these values in use is unlike what the model learned from."
    return Section("Brightness", text, None, drawn.svg, "brightness")


def copies(fitted: Images, held: Images) -> Section:
    """Count images that are equal or nearly so."""
    both = np.concatenate([fitted.pixels, held.pixels])
    equal = len(both) - len(np.unique(exact_groups(both)))
    near = int(
        (nearest(difference_hash(held.pixels), difference_hash(fitted.pixels)) <= NEAR).sum()
    )
    text = (
        f"{equal:,} images repeat another one byte for byte; the split keeps those together. "
        f"{near:,} of {len(held):,} validation images nearly equal a training image (at most "
        f"{NEAR} bits of a difference hash of 144 differ): many would mean that the score on "
        "validation is too good, and that images should be grouped."
    )
    return Section("Copies", text)
