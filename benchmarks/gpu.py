"""Training on a GPU, by a generated project's own loop: the whole of Fashion-MNIST, and speech.

    python -m benchmarks.gpu prepare FOLDER IDX          # here: renders a project with its data
    python -m benchmarks.gpu measure FOLDER              # there: needs the project's libraries
    python -m benchmarks.gpu speech FOLDER DEVICE SEED.. # there, or on two cores with "cpu"

``IDX`` is a folder that holds the four idx files (Debian's dataset-fashion-mnist has them in
/usr/share/datasets/fashion-mnist). Recipes are compared on validation pictures; the test part is
read for the table only. ``speech`` takes a speech project whose data are there (`make data`).
"""

from __future__ import annotations

import json
import os
import pkgutil
import platform
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import noisy_words
from benchmarks.command import Unavailable, make_parser, run_alone

ROOT = Path(__file__).parents[1]
PACKAGE = "gpu_fashion"
# What is used of a vision project's package, and of a speech project's.
VISION = (
    "config:load_config", "fit:choose_device", "data:load", "split:split",
    "model:fit_candidate", "model:probabilities",
)  # fmt: skip
SPEECH = ("config:load_config", "train:fit_network", "train:train", "evaluate:run")
ANSWERS = {
    "project_type": "cv",
    "project_name": PACKAGE,
    "data_source": "kaggle",
    "kaggle_dataset": "zalando-research/fashionmnist/versions/4",
    "data_licence": "MIT",
    "image_size": 28,
    "image_channels": 1,
    "image_layout": "pixels",
    "image_split": "given",
}
LONG = {"width": 88, "batch": 1024, "learning_rate": 0.008, "patience": 100}
VARIANTS: tuple[dict[str, Any], ...] = (  # what differs from the project's own [train.cuda]
    {},
    {"epochs": 46, "patience": 46},
    {**LONG, "epochs": 60},
    {**LONG, "epochs": 70},
    {"width": 64, "smoothing": 0.0},
)


def prepare(folder: Path, idx: Path) -> None:
    """Render a vision project into ``folder`` and put the whole data set into it."""
    from copier import run_copy

    from mlstarter.sources import assemble

    with tempfile.TemporaryDirectory() as name:
        assemble.assemble(ROOT / "templates", Path(name, "t"))
        run_copy(str(Path(name, "t")), folder, ANSWERS, defaults=True, quiet=True)
    raw = folder / "data/raw/fashionmnist"
    raw.mkdir(parents=True)
    for path in idx.glob("*ubyte*"):
        shutil.copy2(path, raw)


def measure(folder: Path, epochs: int = 0, variants: int = len(VARIANTS)) -> None:
    """Print a row for each recipe; with ``epochs`` each has so many (a try on the CPU)."""
    os.chdir(folder)
    sys.path.insert(0, "src")
    import torch

    load_config, choose_device, load, split, fit_candidate, probabilities = (
        pkgutil.resolve_name(f"{PACKAGE}.{name}") for name in VISION
    )
    settings = load_config()
    device = choose_device(settings.train.device)
    card = torch.cuda.get_device_name() if device.type == "cuda" else platform.processor() or "CPU"
    print(f"torch {torch.__version__}, Python {platform.python_version()}, {device.type}: {card}")
    images, _ = load(settings)
    parts = split(images, settings)
    train, validation, test = (images.take(parts[name]) for name in ("train", "validation", "test"))
    print(f"{len(train)} to train, {len(validation)} to validate, {len(test)} to test")

    def train_network(changes: dict[str, Any]) -> tuple[Any, Any, float]:
        recipe = settings.train
        new = recipe.cuda | changes | ({"epochs": epochs} if epochs else {})
        recipe = recipe.model_copy(update={"cuda": new})
        if device.type != "cuda":
            recipe = recipe.model_copy(update={"epochs": new["epochs"], "batch": new["batch"]})
        start = time.perf_counter()
        config_now = settings.model_copy(update={"train": recipe})
        network = fit_candidate("network", train, validation, config_now, device)
        return network, recipe.on(device.type), time.perf_counter() - start

    _, recipe, seconds = train_network({"epochs": 1})
    print(f"warm-up: one epoch, {seconds:.1f} s (kernels are loaded and chosen)")
    print("| card | width | epochs | batch | rate | smoothing | s | images/s | validation | test |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for changes in VARIANTS[:variants]:
        network, recipe, seconds = train_network(changes)
        torch.set_num_threads(os.cpu_count() or 1)  # what is judged need not be reproducible
        right = [
            (probabilities(network, part).argmax(axis=1) == part.labels).mean()
            for part in (validation, test)
        ]
        pace = len(train) * recipe.epochs / seconds
        cells = [card, recipe.width, recipe.epochs, recipe.batch, recipe.learning_rate]
        cells += [recipe.smoothing]
        cells += [f"{seconds:.1f}", f"{pace:,.0f}", *(f"{value:.2%}" for value in right)]
        print("|", " | ".join(map(str, cells)), "|", flush=True)
    twice = [train_network({"epochs": 2})[0].state_dict() for _ in range(2)]
    equal = all(torch.equal(twice[0][name], twice[1][name]) for name in twice[0])
    print(f"Two trainings with the same seed: {'the same' if equal else 'OTHER'} weights")


def speech(folder: Path, device: str, seeds: list[int]) -> None:
    """Train and evaluate a speech project once a seed; print a row of seconds and error rates.

    The network's own training is timed, and the command as a whole with its choice of a search.
    Noise is laid over clips of validation.
    """
    os.chdir(folder)
    sys.path.insert(0, "src")
    package = next(Path("src").glob("*/__init__.py")).parent.name
    load_config, fit_network, train, evaluate = (
        pkgutil.resolve_name(f"{package}.{name}") for name in SPEECH
    )
    import torch

    card = torch.cuda.get_device_name() if device == "cuda" else platform.processor() or "CPU"
    print(f"torch {torch.__version__}, Python {platform.python_version()}, {device}: {card}")
    times = []

    def fit_and_time(*arguments: Any) -> Any:
        start = time.perf_counter()
        network, loss = fit_network(*arguments)
        network.cpu()  # waits for the device
        times.append(time.perf_counter() - start)
        return network, loss

    vars(sys.modules[fit_network.__module__])[fit_network.__name__] = fit_and_time
    print("| device | seed | fit, s | train, s | WER, validation | test | 20 dB | 10 dB | 0 dB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for seed in seeds:
        path = Path("config.toml")
        text = re.sub(r"(?m)^seed = \d+", f"seed = {seed}", path.read_text("utf-8"), count=1)
        text = re.sub(r'(?m)^device = "\w+"', f'device = "{device}"', text)
        path.write_text(text, encoding="utf-8")
        start = time.perf_counter()
        facts = train(load_config())
        whole = time.perf_counter() - start
        evaluate()
        results = json.loads(Path("artifacts/metrics.json").read_text("utf-8"))
        clean = [facts["validation"]["wer"]["value"], results["metrics"]["wer"]["value"]]
        rates = [*clean, *noisy_words.error_rates(package).values()]
        cells = [card, seed, f"{times[-1]:.1f}", f"{whole:.1f}"]
        print("|", " | ".join(map(str, cells + [f"{rate:.1%}" for rate in rates])), "|", flush=True)
        shutil.copytree("artifacts", f"artifacts-{device}-{seed}", dirs_exist_ok=True)


def main(arguments: list[str] | None = None) -> None:
    """Parse the arguments and do what they say."""
    parser = make_parser(__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    action = actions.add_parser("prepare")
    action.add_argument("folder", type=Path)
    action.add_argument("idx", type=Path, help="the folder of the four idx files")
    action = actions.add_parser("measure")
    action.add_argument("folder", type=Path)
    action.add_argument("--epochs", type=int, default=0, help="for a try on the CPU")
    action.add_argument("--variants", type=int, default=len(VARIANTS), help="so many rows alone")
    action = actions.add_parser("speech")
    action.add_argument("folder", type=Path)
    action.add_argument("device", choices=("cpu", "cuda", "mps"))
    action.add_argument("seeds", type=int, nargs="+")
    options = parser.parse_args(arguments)
    if options.action == "prepare":
        prepare(options.folder, options.idx)
        return
    if not (options.folder / "config.toml").is_file():
        raise Unavailable(f"{options.folder} holds no project")
    if options.action == "speech":
        speech(options.folder, options.device, options.seeds)
    else:
        measure(options.folder, options.epochs, options.variants)


if __name__ == "__main__":
    run_alone(main)
