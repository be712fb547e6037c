"""Small generated files with the layout of the image presets' Kaggle datasets, so that each runs.

    python kaggle_images.py PRESET ARCHIVE     # with the Python of a vision project

They are called generated wherever they appear: a class is a blot in a place of its own; names,
folders, formats, and what the real archives hold twice or by mistake, are as there.
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np  # type: ignore[import-not-found,unused-ignore]
from PIL import Image  # type: ignore[import-not-found,unused-ignore]


def picture(rng: Any, label: int, classes: int, height: int, width: int) -> Any:
    """Return a noisy grey image [height, width] with a blot where the label says."""
    side = int(np.ceil(np.sqrt(classes)))
    y, x = ((np.array(divmod(label, side)) + 0.5) / side * (height, width)).astype(int)
    image = rng.normal(60, 20, (height, width))
    image[max(0, y - height // 8) : y + height // 8, max(0, x - width // 8) : x + width // 8] += 120
    return image.clip(0, 255).astype(np.uint8)


def fashion(rng: Any) -> dict[str, bytes]:
    """Return the idx files of Fashion-MNIST and the tables beside them."""
    files: dict[str, bytes] = {"fashion-mnist_train.csv": b"label,pixel1\n"}
    for name, count in (("train", 500), ("t10k", 200)):
        labels = np.arange(count) % 10
        pixels = np.stack([picture(rng, int(i), 10, 28, 28) for i in labels])
        head = np.array([2051, count, 28, 28], dtype=">i4").tobytes()
        files[f"{name}-images-idx3-ubyte"] = head + pixels.tobytes()
        head = np.array([2049, count], dtype=">i4").tobytes()
        files[f"{name}-labels-idx1-ubyte"] = head + labels.astype(np.uint8).tobytes()
    return files


def signs(rng: Any) -> dict[str, bytes]:
    """Return tables of pixels for 24 letters (9 is J, which moves), both of them twice."""
    values = [i for i in range(25) if i != 9]
    files = {"amer_sign2.png": _encode(picture(rng, 0, 4, 90, 120), "PNG")}
    for name, count in (("train", 720), ("test", 240)):
        lines = ["label," + ",".join(f"pixel{i}" for i in range(1, 785))]
        for i in range(count):
            pixels = picture(rng, i % 24, 24, 28, 28).ravel().tolist()
            lines.append(",".join(map(str, [values[i % 24], *pixels])))
        table = "\n".join(lines).encode()
        files |= {f"sign_mnist_{name}.csv": table}
        files |= {f"sign_mnist_{name}/sign_mnist_{name}.csv": table}
    return files


def xrays(rng: Any) -> dict[str, bytes]:
    """Return class folders in train, val and test, the whole of it twice, and macOS's own files."""
    files: dict[str, bytes] = {}
    for part, patients in (("train", 60), ("val", 4), ("test", 20)):
        for i in range(patients):
            size = int(rng.integers(90, 160)), int(rng.integers(120, 200))
            normal = _encode(picture(rng, 0, 2, *size), "JPEG")
            files[f"{part}/NORMAL/IM-{i:04}-0001.jpeg"] = normal
            for shot in range(3):
                ill = _encode(picture(rng, 1, 2, *size), "JPEG")
                files[f"{part}/PNEUMONIA/person{i + 1}_bacteria_{shot}.jpeg"] = ill
    once = {f"chest_xray/{name}": content for name, content in files.items()}
    twice = {f"chest_xray/chest_xray/{name}": content for name, content in files.items()}
    junk = {
        f"chest_xray/__MACOSX/chest_xray/{name.rpartition('/')[0]}/._{Path(name).name}": b"\0\5\26"
        for name in files
    }
    return once | twice | junk | {"chest_xray/chest_xray/.DS_Store": b"Bud1"}


def _encode(pixels: Any, kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


MAKERS = {"fashion-full": fashion, "sign-language": signs, "chest-xray": xrays}

if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[2], "w") as archive:
        for name, content in MAKERS[sys.argv[1]](np.random.default_rng(1)).items():
            archive.writestr(name, content)
