"""From the bytes of a picture to the array that the graph reads: for training and service alike."""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

Pixels = NDArray[np.uint8]
LARGEST = 64_000_000  # width times height, looked at before a single pixel is decoded
MOST = 2_000_000  # pixels that the graph resizes; above, squares of pixels are averaged first
Image.init()
# Pillow's other formats call programs, or hold no picture.
FORMATS = sorted({*Image.OPEN} - {"BUFR", "EPS", "FITS", "GRIB", "HDF5", "MPEG", "WMF"})
SUFFIXES = {suffix for suffix, name in Image.registered_extensions().items() if name in FORMATS}
try:  # iPhones' format, where the package is installed
    from pillow_heif import HeifImagePlugin

    FORMATS.append(HeifImagePlugin.HeifImageFile.format)
except ImportError:
    pass


class BadImage(ValueError):
    """Bytes that are no picture which this project reads; the message says why in a sentence."""


def decode(content: bytes, channels: int) -> Pixels:
    """Return a picture as uint8 [height, width, channels], upright, on white, of at most 2 MP.

    Above that, squares of 2, 4 or 8 pixels a side are averaged, as the page does it. Of an
    animation the first picture is taken. Raises ``BadImage``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of sizes that are refused here
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            if image.width * image.height > LARGEST:
                raise BadImage(f"The picture has more than {LARGEST // 10**6} million pixels.")
            side = square(image.width, image.height)
            image.draft("RGB", (image.width // side, image.height // side))  # a JPEG's own way
            upright = ImageOps.exif_transpose(image)
            flat = flatten(upright)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise BadImage("The bytes are no picture that can be read.") from None
    except BadImage:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError):
        raise BadImage("The picture is damaged or cut short.") from None
    pixels = np.asarray(flat.convert("L" if channels == 1 else "RGB"))
    return pixels.reshape(flat.height, flat.width, channels)


def square(width: int, height: int) -> int:
    """Return how many pixels a side are averaged into one: 1, 2, 4 or 8."""
    side = 1
    while width * height > MOST * side**2:
        side *= 2
    return side


def flatten(image: Image.Image) -> Image.Image:
    """Return an RGB picture of at most 2 MP; what is transparent becomes white."""
    if image.mode.startswith("I") or image.mode == "F":  # 16 or 32 bits of grey
        values = np.asarray(image, dtype=np.float64)
        top = 65535.0 if values.max(initial=0) > 255 else 255.0
        image = Image.fromarray((values.clip(0, top) * (255 / top)).round().astype(np.uint8))
    transparent = image.has_transparency_data
    image = image.convert("RGBA" if transparent else "RGB")
    image = image.reduce(square(*image.size))
    if transparent:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
