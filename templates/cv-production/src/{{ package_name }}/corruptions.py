"""What happens to photographs: noise, blur, darkness, compression.

After Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and
Perturbations", 2019 (arXiv:1903.12261), with strengths for small pictures.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from PIL import Image, ImageFilter

from .features import Pixels
from .validation import Part

STRENGTHS = (1, 3, 5)
QUALITY = {1: 60, 3: 25, 5: 7}  # of JPEG


def corrupt(part: Part) -> Iterator[tuple[str, Part]]:
    """Yield the name of each corruption, with its strength, and the pictures under it."""
    for name, change in CORRUPTIONS.items():
        for strength in STRENGTHS:
            images = replace(part.images, pixels=change(part.images.pixels, strength))
            yield f"{name}, strength {strength}", part._replace(images=images)


def noise(pixels: Pixels, strength: int) -> Pixels:
    """Add Gaussian noise, whose deviation is 5 % of the range times the strength."""
    values = np.random.default_rng(strength).normal(0, 12.75 * strength, pixels.shape)
    return np.clip(pixels + values, 0, 255).astype(np.uint8)


def blur(pixels: Pixels, strength: int) -> Pixels:
    """Blur with a Gaussian, whose radius is 1.2 % of the side times the strength."""
    kernel = ImageFilter.GaussianBlur(0.012 * strength * pixels.shape[1])
    return each(pixels, lambda image: image.filter(kernel))


def darkness(pixels: Pixels, strength: int) -> Pixels:
    """Take away 15 % of the light times the strength."""
    return (pixels * (1 - 0.15 * strength)).astype(np.uint8)


def jpeg(pixels: Pixels, strength: int) -> Pixels:
    """Compress as JPEG of a low quality."""

    def compress(image: Image.Image) -> Image.Image:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=QUALITY[strength])
        return Image.open(buffer)

    return each(pixels, compress)


def each(pixels: Pixels, change: Callable[[Image.Image], Image.Image]) -> Pixels:
    """Return the pictures [n, height, width, channels], each of them changed."""
    grey = pixels.shape[3] == 1
    images = (Image.fromarray(image[:, :, 0] if grey else image) for image in pixels)
    return np.stack([np.asarray(change(image)) for image in images]).reshape(pixels.shape)


CORRUPTIONS: dict[str, Callable[[Pixels, int], Pixels]] = {
    "noise": noise,
    "blur": blur,
    "darkness": darkness,
    "jpeg": jpeg,
}
