"""What happens to photographs: noise, blur, light, compression, in five strengths.

After Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and
Perturbations", 2019 (arXiv:1903.12261), with strengths for small pictures.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from .preprocess import Pixels

STRENGTHS = (1, 2, 3, 4, 5)
QUALITY = {1: 60, 2: 40, 3: 25, 4: 15, 5: 7}  # of JPEG


def noise(pixels: Pixels, strength: int) -> Pixels:
    """Add Gaussian noise; its deviation grows by 5 % of the range with each step."""
    drawn = np.random.default_rng(strength).normal(0, 12.75 * strength, pixels.shape)
    return np.clip(pixels + drawn, 0, 255).astype(np.uint8)


def blur(pixels: Pixels, strength: int) -> Pixels:
    """Blur with a Gaussian whose radius grows by 1.2 % of the side with each step."""
    filter_ = ImageFilter.GaussianBlur(0.012 * strength * pixels.shape[1])
    return _each(pixels, lambda image: image.filter(filter_))


def brightness(pixels: Pixels, strength: int) -> Pixels:
    """Darken what is seen, by 15 % of it with each step."""
    return (pixels * (1 - 0.15 * strength)).astype(np.uint8)


def jpeg(pixels: Pixels, strength: int) -> Pixels:
    """Compress as JPEG, to less and less quality."""

    def compress(image: Image.Image) -> Image.Image:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=QUALITY[strength])
        return Image.open(buffer)

    return _each(pixels, compress)


def _each(pixels: Pixels, change: Callable[[Image.Image], Image.Image]) -> Pixels:
    changed = [np.asarray(change(Image.fromarray(image.squeeze()))) for image in pixels]
    return np.stack(changed).reshape(pixels.shape)


ALL = {"noise": noise, "blur": blur, "brightness": brightness, "jpeg": jpeg}
