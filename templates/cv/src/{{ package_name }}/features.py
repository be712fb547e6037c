"""From the bytes of a picture to pixels: for training and service alike."""

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

with contextlib.suppress(ImportError):  # iPhones' format, where the package is installed
    from pillow_heif import register_heif_opener

    register_heif_opener()

Pixels = NDArray[np.uint8]
LARGEST = 64_000_000  # width times height, looked at before a single pixel is decoded
MOST = 2_000_000  # above, squares of pixels are averaged, by the page as well
Image.init()
# Pillow's other formats call programs, or hold no picture.
FORMATS = sorted({*Image.OPEN} - {"BUFR", "EPS", "FITS", "GRIB", "HDF5", "MPEG", "WMF"})
SUFFIXES = {suffix for suffix, name in Image.registered_extensions().items() if name in FORMATS}
SUFFIXES |= {".heic", ".heif"}  # read or not


class BadImage(ValueError):
    """Bytes that are no picture which this project reads; the message says why in a sentence."""


def pictures_below(folder: Path) -> Iterator[Path]:
    """Yield the pictures below a folder; hidden ones are no data, linked folders are."""
    places = set[str]()
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(n for n in folders if not n.startswith((".", "__MACOSX", "@eaDir")))
        if (real := os.path.realpath(place)) in places:  # a link led back
            folders.clear()
            continue
        places.add(real)
        paths = (Path(place, name) for name in sorted(names) if name[0] != ".")
        yield from (path for path in paths if path.suffix.lower() in SUFFIXES and path.is_file())


def decode(content: bytes, channels: int, white: float = 0) -> Pixels:
    """Return a picture as uint8 [height, width, channels], upright, on white, of at most 2 MP.

    Above that, squares of 2, 4 or 8 pixels a side are averaged. ``white`` is that of grey of more
    than 8 bits, or 0. Raises ``BadImage``.
    """
    try:
        image: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
        width, height = image.size
        if width * height <= LARGEST:
            side = next(n for n in (1, 2, 4, 8) if width * height <= MOST * n**2)
            image.draft("RGB", (width // side, height // side))  # a JPEG averages as it is decoded
            side = side if image.size == (width, height) else 1
            image = flatten(ImageOps.exif_transpose(image), side, white)
            return np.atleast_3d(np.asarray(image.convert("L" if channels == 1 else "RGB")))
    except BadImage:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError):
        if content[4:10] == b"ftyphe" and "HEIF" not in FORMATS:
            raise BadImage("HEIC needs the package pillow-heif.") from None
        raise BadImage("The file is damaged, or no picture that can be read.") from None
    raise BadImage(f"A picture may have {LARGEST // 10**6} million pixels, not more.")


def flatten(image: Image.Image, side: int, white: float) -> Image.Image:
    """Return an RGB picture, squares averaged into pixels, what is transparent on white."""
    if image.mode.startswith("I") or image.mode == "F":  # grey in 16 or 32 bits
        values = np.asarray(image, dtype=np.float64)
        least, most = values.min(initial=0), values.max(initial=0)
        # Cameras fill 10, 12 or 14 of 16 bits: a dark picture does not tell which.
        full = 1 if image.mode == "F" else 65535
        white = white or (full if most > full / 4 else 0)
        if least < 0 or most > white:
            raise BadImage("Its grey has more than 8 bits: set images.white, as 4095 for 12 bits.")
        image = Image.fromarray((values * (255 / (white or 1))).round().astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB").reduce(side)
    image = image.convert("RGBA").reduce(side)
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
