"""Pictures for the tests of a vision project.

The classes are written without any library. All else is made by the project's own Python, which
has Pillow: `python cv_pictures.py FOLDER` writes random.json, files.json and example.json.
"""

from __future__ import annotations

import base64
import io
import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the project's own Python reads this file too, and has no tests
    from tests.templates.projects import Project


def write_shapes(folder: Path, count: int = 40) -> None:
    """Write bright discs and squares on dark grounds, of many sizes, as PPM."""
    chance = random.Random(1)
    for name in ("round", "square"):
        (folder / name).mkdir(parents=True)
        for i in range(count):
            width, height = chance.randint(30, 60), chance.randint(30, 60)
            ground = bytes(chance.randint(0, 90) for _ in range(3))
            colour = bytes((200, 200, chance.randint(100, 255)))
            x, y, half = chance.randint(10, 20), chance.randint(10, 20), chance.randint(5, 8)

            def covers(u: int, v: int) -> bool:
                across, down = abs(u - x), abs(v - y)  # noqa: B023 - called within the round
                far = across**2 + down**2 > half**2 if name == "round" else max(across, down) > half  # noqa: B023
                return not far

            places = ((u, v) for v in range(height) for u in range(width))
            pixels = b"".join(colour if covers(*place) else ground for place in places)
            head = f"P6 {width} {height} 255\n".encode()
            (folder / name / f"{i}.ppm").write_bytes(head + pixels)


def encode(image: Any, kind: str = "PNG", **settings: Any) -> str:
    """Return a picture's file, in base64."""
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return base64.b64encode(file.getvalue()).decode()


def random_pictures(count: int, channels: int) -> list[dict[str, Any]]:
    """Return noise and slopes of many shapes: as a file, and as the page's request."""
    import numpy as np
    from PIL import Image

    rng, pictures = np.random.default_rng(3), []
    for i in range(count):
        height, width = (int(side) for side in rng.integers(1, 90, 2))
        pixels = rng.integers(0, 256, (height, width, channels)).astype(np.float64)
        if i % 2:
            pixels = np.linspace(0, 220, width)[None, :, None] + pixels / 8
        pixels = pixels.astype(np.uint8)
        request = {"height": height, "width": width, "channels": channels}
        request["pixels"] = base64.b64encode(pixels.tobytes()).decode()  # type: ignore[assignment]
        image = Image.fromarray(pixels if channels == 3 else pixels[:, :, 0])
        pictures.append({"file": encode(image), "request": request})
    return pictures


def photographs() -> list[tuple[str, str, str, float]]:
    """Return a name, a file, its type, and by how much page and service may differ."""
    import numpy as np
    from PIL import Image

    rng, bicubic = np.random.default_rng(5), Image.Resampling.BICUBIC
    smooth = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    smooth = smooth.resize((400, 300), bicubic)
    large, clear = smooth.resize((2501, 1403), bicubic), smooth.convert("RGBA")
    grey = np.asarray(smooth.convert("L"))
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    rotation = Image.Exif()
    rotation[0x0112] = 6
    jpeg: dict[str, Any] = {"kind": "JPEG", "quality": 90}
    return [
        ("png", encode(smooth), "image/png", 1e-4),
        ("grey png", encode(smooth.convert("L")), "image/png", 1e-4),
        ("large png", encode(large), "image/png", 1e-4),
        ("palette", encode(smooth.quantize(64)), "image/png", 1e-4),
        ("jpeg", encode(smooth, **jpeg), "image/jpeg", 0.02),
        ("rotation", encode(smooth, **jpeg, exif=rotation), "image/jpeg", 0.02),
        ("large jpeg", encode(large, **jpeg, exif=rotation), "image/jpeg", 0.02),
        ("transparent", encode(clear), "image/png", 0.02),
        ("webp", encode(smooth, kind="WEBP", lossless=True), "image/webp", 0.02),
        ("16 bits", encode(Image.fromarray(grey.astype(np.uint16) * 257)), "image/png", 0.0),
        ("no picture", base64.b64encode(b"hello").decode(), "image/png", 0.0),
    ]


def example_file(metadata: dict[str, Any]) -> str:
    """Return the page's example as a file."""
    from PIL import Image

    example = metadata["example"]
    size = example["width"], example["height"]
    mode = "L" if example["channels"] == 1 else "RGB"
    return encode(Image.frombytes(mode, size, base64.b64decode(example["pixels"])))


def load(project: Project, folder: Path) -> dict[str, Any]:
    """Return what the project's own Python writes of all these into ``folder``."""
    project.run(project.python, Path(__file__), folder)
    contents = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    contents["example"] = base64.b64decode(contents["example"])
    return contents


if __name__ == "__main__":
    out = Path(sys.argv[1])
    metadata = json.loads(Path("model/metadata.json").read_text("utf-8"))
    pictures = random_pictures(200, metadata["input"]["channels"])
    values = {"random": pictures, "files": photographs(), "example": example_file(metadata)}
    for name, value in values.items():
        (out / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
