"""Golden requests that hold page and service together, and the page's example."""

import base64
from typing import Any

import numpy as np

from .config import Config
from .data import Images
from .export import ARTIFACTS
from .features import Pixels
from .files import write_json
from .inference import Model


def request(pixels: Pixels) -> dict[str, Any]:
    """Return a decoded picture as the page's JavaScript holds it."""
    height, width, channels = pixels.shape
    content = base64.b64encode(pixels.tobytes()).decode()
    return {"height": height, "width": width, "channels": channels, "pixels": content}


def example(held_out: Images, config: Config) -> dict[str, Any]:
    """Return the page's example: a validation picture, or a made one where none may be shown."""
    size, channels = config.images.size, config.images.channels
    if config.site.examples:
        pixels, source = held_out.pixels[0], "sample" if config.data.source == "sample" else "data"
    else:
        pixels, source = drawing(size, channels), "synthetic"
    return {"example": request(pixels), "example_source": source}


def drawing(size: int, channels: int) -> Pixels:
    """Return a grey disc on white."""
    rows, columns = np.indices((size, size)) - (size - 1) / 2
    disc = np.where(rows**2 + columns**2 < (size / 3) ** 2, 90, 255).astype(np.uint8)
    return np.repeat(disc[:, :, None], channels, axis=2)


def write(seed: int) -> None:
    """Write artifacts/golden.json: pictures, and how the service answers or refuses them."""
    model, rng = Model(ARTIFACTS), np.random.default_rng(seed)
    size, channels = model.metadata["input"]["size"], model.channels
    shapes = {"square": (size, size), "wide": (20, 60), "tall": (60, 20), "large": (60, 60)}
    shapes |= {"line": (1, 9), "one pixel": (1, 1), "odd": (31, 47)}
    pictures = {name: rng.integers(0, 256, (*s, channels), np.uint8) for name, s in shapes.items()}
    pictures |= {"drawing": drawing(size, channels), "white": np.full((9, 9, channels), 255, np.uint8)}
    steps = np.linspace(0, 255, 40).astype(np.uint8)
    pictures["slope"] = np.broadcast_to(steps[None, :, None], (30, 40, channels)).copy()
    cases: list[dict[str, Any]] = []
    for name, pixels in pictures.items():
        answer = model.predict(pixels) | {"model": model.metadata["model"]["id"]}
        cases.append({"name": name, "request": request(pixels), "answer": answer})
    whole = request(pictures["wide"])
    changes = {"no pixels": {"pixels": ""}, "no width": {"width": 0}, "one row less": {"height": 19}}
    changes |= {"other channels": {"channels": 4 - channels}, "too large": {"width": 10**6}}
    for name, change in changes.items():
        cases.append({"name": name, "request": whole | change, "refused": True})
    write_json(ARTIFACTS / "golden.json", {"schema": 1, "tolerance": 1e-4, "cases": cases})
