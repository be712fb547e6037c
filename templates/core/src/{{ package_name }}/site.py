"""The published page: `site/`, the promoted model, and onnxruntime-web, which runs it there."""

import json
import shutil
import subprocess
from pathlib import Path

import pooch

from . import git
from .errors import ProjectError

RUNTIME = "https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-1.30.0.tgz"
# pragma: allowlist nextline secret
SHA256 = "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"
CACHE = Path("data/cache/onnxruntime-web")
# What a page with one thread needs of the runtime.
NAMES = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
FILES = [f"package/dist/{name}" for name in NAMES]  # of the archive, and below CACHE
PUBLIC_FILES = {  # folder of the site: what lies in it
    "": ("site/*.html", "site/*.css", "site/*.js", "model/model.onnx", "model/metadata.json"),
    "runtime": [f"{CACHE.as_posix()}/{name}" for name in FILES],
    "reports": ("reports/report.html", "MODEL_CARD.md"),
    "reports/plots": ("reports/plots/*.*",),
}


def run() -> None:
    """Build ``site/build/``, and list what it publishes.

    Raises ``ProjectError`` where nothing is promoted, or where the page answers a golden request
    otherwise than the service.
    """
    if not Path("model/metadata.json").is_file():
        raise ProjectError("model/ is empty.", "Run: make promote")
    build = Path("site/build")
    shutil.rmtree(build, ignore_errors=True)
    fetch_runtime()
    check_golden()
    for folder, patterns in PUBLIC_FILES.items():
        for path in sorted(path for pattern in patterns for path in Path().glob(pattern)):
            target, content = build / folder / path.name, as_published(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            print(f"{len(content) / 1e3:>9,.1f} kB  {target.relative_to(build).as_posix()}")
    print(f"The site is in {build.as_posix()}/")


def as_published(path: Path) -> bytes:
    """Return a file's content: the page asks its own model, and links to today's remote."""
    content = path.read_bytes()
    if path.name == "metadata.json":
        metadata = json.loads(content)
        project = metadata["project"]
        project["repository"] = project["repository"] or git.addresses()["repository"]
        return json.dumps(metadata, ensure_ascii=False).encode()
    return content.replace(b'data-backend="service"', b'data-backend="browser"')


def check_golden() -> None:
    """Have the page's JavaScript answer the golden requests in node; warn where there is none."""
    node = shutil.which("node")
    if node is None:
        print("Warning: page and service were not compared, since node (nodejs.org) is missing.")
    elif subprocess.call([node, "tests/golden.mjs"]):
        raise ProjectError("The page answers otherwise than the service: see above.")


def fetch_runtime() -> None:
    """Put onnxruntime-web into ``CACHE``, where it is not there yet."""
    try:
        pooch.retrieve(RUNTIME, SHA256, "package.tgz", CACHE, pooch.Untar(FILES, "."))
    except (OSError, ValueError) as error:  # ValueError: another file than the one that is pinned
        hint = "Try again with a network, and no proxy that changes files: it is fetched once."
        raise ProjectError(f"{RUNTIME} cannot be fetched: {error}", hint) from None
