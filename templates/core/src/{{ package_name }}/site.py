"""The published page: `site/`, the promoted model, and onnxruntime-web, which runs it there."""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import urllib.request
from pathlib import Path

from .errors import ProjectError

RUNTIME = "onnxruntime-web-1.30.0"
CACHE = "data/cache/onnxruntime-web"
WASM = "ort-wasm-simd-threaded"
DIGESTS = {  # SHA-256 of the three of its files that a page with one thread needs
    "ort.wasm.min.mjs": "219e6a1fc8a9938268d18efca3c91d310bd2f4a59bbd13744df5b2b7fc6cee3b",
    f"{WASM}.mjs": "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
    f"{WASM}.wasm": "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
}
PUBLISHED = {  # folder of the site: what lies in it
    "": ("site/*.html", "site/*.css", "site/*.js", "model/*.onnx", "model/metadata.json"),
    "runtime": (f"{CACHE}/*",),
    "reports": ("reports/report.html", "MODEL_CARD.md"),
    "reports/plots": ("reports/plots/*.*",),
}
REMOTE = re.compile(
    r"(?:\w+://)?(?:[^/\s]*@)?(?:(?:www|ssh|altssh)\.)?(github|gitlab)\.com(?::\d+(?=/))?[:/]+"
    r"([\w.-]+(?:/[\w.-]+)+)/?",
    re.IGNORECASE,
)


def repository(root: Path = Path()) -> str | None:
    """Return where people see this repository, without user or token; None without a remote."""
    command = ["git", "-C", str(root), "remote", "get-url", "origin"]
    try:
        url = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    match = REMOTE.fullmatch(url)
    return f"https://{match[1].lower()}.com/{match[2].removesuffix('.git')}" if match else None


def address(repository: str | None) -> str | None:
    """Return where Pages publish a repository, such as https://owner.github.io/name/."""
    if repository is None:
        return None
    host, owner, name = repository.removeprefix("https://").split("/", 2)
    domain = f"{owner}.{host.replace('.com', '.io')}".lower()
    return f"https://{domain}/" if name.lower() == domain else f"https://{domain}/{name}/"


def run(root: Path = Path()) -> None:
    """Build ``site/build/``, and list what it publishes.

    Raises ``ProjectError`` where nothing is promoted, or where the page answers a golden request
    otherwise than the service.
    """
    if not (root / "model/metadata.json").is_file():
        raise ProjectError("model/ is empty.", "Run: make promote")
    build = root / "site/build"
    shutil.rmtree(build, ignore_errors=True)
    fetch_runtime(root / CACHE)
    check_golden(root)
    download = 0
    for folder, patterns in PUBLISHED.items():
        for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
            data = as_published(path, root)
            name = Path(folder, path.name)
            (build / name).parent.mkdir(parents=True, exist_ok=True)
            (build / name).write_bytes(data)
            size = len(data) if path.suffix == ".onnx" else len(gzip.compress(data))
            download += 0 if folder.startswith("reports") else size
            print(f"{size / 1e3:>9,.1f} kB  {name.as_posix()}")
    print(f"A visitor downloads {download / 1e6:.1f} MB. The site is in {build.as_posix()}/")


def as_published(path: Path, root: Path) -> bytes:
    """Return a file's content: the page asks its own model, and links to today's remote."""
    data = path.read_bytes()
    if path.name == "index.html":
        return data.replace(b'data-backend="service"', b'data-backend="browser"')
    if path.name == "metadata.json":
        metadata = json.loads(data)
        project = metadata["project"]
        project["repository"] = project.get("repository") or repository(root)
        return json.dumps(metadata, ensure_ascii=False).encode()
    return data


def check_golden(root: Path) -> None:
    """Have the page's JavaScript answer the golden requests in node; warn where there is none."""
    node = shutil.which("node")
    if node is None:
        print("Warning: page and service were not compared, since node (nodejs.org) is missing.")
        return
    command = [node, str(root / "tests/golden.mjs")]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout[:2000], end="")
    if done.returncode:
        raise ProjectError("The page answers otherwise than the service (see above).")


def fetch_runtime(folder: Path) -> None:
    """Put onnxruntime-web's three files into ``folder`` where they are not there yet."""
    if all(digest(folder / name) == expected for name, expected in DIGESTS.items()):
        return
    folder.mkdir(parents=True, exist_ok=True)
    package, _, number = RUNTIME.rpartition("-")
    with tempfile.TemporaryDirectory() as temporary:
        archive = Path(temporary, f"{RUNTIME}.tgz")
        try:
            if npm := shutil.which("npm"):  # it knows the user's registry, proxy, certificates
                command = [npm, "pack", "--silent", f"{package}@{number}"]
                subprocess.run(command, cwd=temporary, check=True, capture_output=True)
            else:
                url = f"https://registry.npmjs.org/{package}/-/{archive.name}"
                urllib.request.urlretrieve(url, archive)
            with tarfile.open(archive) as files:
                for name in DIGESTS:
                    member = files.extractfile(f"package/dist/{name}")
                    (folder / name).write_bytes(member.read() if member else b"")
        except (OSError, KeyError, tarfile.TarError, subprocess.CalledProcessError) as error:
            hint = "It comes from npm's registry, once: try again with a network."
            raise ProjectError(f"{RUNTIME} cannot be fetched: {error}", hint) from None
    if any(digest(folder / name) != expected for name, expected in DIGESTS.items()):
        shutil.rmtree(folder)
        raise ProjectError(f"{RUNTIME} does not hold the files that were expected.")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, "" where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
