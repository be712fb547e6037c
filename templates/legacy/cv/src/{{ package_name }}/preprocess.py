"""From an image file to the array that the model reads: the same code in training and serving."""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

Pixels = NDArray[np.uint8]
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MEDIA_TYPES = frozenset(f"image/{name.lower()}" for name in FORMATS)
MOST_PIXELS = 24_000_000  # width times height, checked before a single pixel is decoded
TOO_LARGE = f"The image has more than {MOST_PIXELS // 1_000_000} million pixels."


class BadImage(ValueError):
    """Bytes that are no image this project reads; the message says why in one sentence."""


def decode(content: bytes, size: int, channels: int) -> Pixels:
    """Return an image as uint8 [size, size, channels].

    A turned photograph is put upright, transparency becomes black, of an animation the first
    frame is taken, 16 bits become 8, and the shorter sides are padded with black, so that nothing
    is stretched. Raises ``BadImage``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own warning comes at a size we refuse anyway
            image = Image.open(io.BytesIO(content), formats=FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise BadImage(TOO_LARGE)
        image.seek(0)
        image.draft("RGB", (4 * size, 4 * size))  # a JPEG can be decoded at a fraction of its size
        image.load()
        upright = ImageOps.exif_transpose(image)
        return np.asarray(_fit(_flat(upright), size, channels)).reshape(size, size, channels)
    except Image.DecompressionBombError:
        raise BadImage(TOO_LARGE) from None
    except BadImage:
        raise
    except UnidentifiedImageError:
        raise BadImage(f"The bytes are none of {', '.join(FORMATS)}.") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError):
        raise BadImage("The image is damaged or cut short.") from None


def _flat(image: Image.Image) -> Image.Image:
    """Return an image without transparency and with 8 bits a channel."""
    if image.mode.startswith("I") or image.mode == "F":  # 16 or 32 bits of grey
        values = np.asarray(image, dtype=np.float64)
        top = 65535.0 if values.max(initial=0) > 255 else 255.0
        return Image.fromarray((values.clip(0, top) * (255 / top)).round().astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "black"), image)
    return image


def _fit(image: Image.Image, size: int, channels: int) -> Image.Image:
    image = image.convert("L" if channels == 1 else "RGB")
    if image.size == (size, size):
        return image
    return ImageOps.pad(image, (size, size), Image.Resampling.BICUBIC, color=0)
