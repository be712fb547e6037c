"""`quantize`: the trained graph in int8, where it is no worse and smaller; otherwise all stays.

Static quantisation (Jacob et al., 2018, arXiv:1712.05877): training pictures show which range each
value needs, and validation pictures decide, by the paired difference, the margin and the size.
"""

import base64
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quant_pre_process,
    quantize_static,
)

from . import data, export, gates, lineage, metrics, train, validation
from .config import Config, load_config
from .convert import INPUT
from .errors import ProjectError
from .export import ARTIFACTS, open_model
from .features import Pixels
from .files import read_json, sha256, write, write_json
from .inference import Model
from .split import split

ROWS = 512  # training pictures by which ranges are found
TOLERANCE = 0.02  # of a probability: kernels of int8 differ between machines and browsers
FOLDER = ARTIFACTS / "int8"


def run() -> None:
    """Put the int8 graph in the place of the trained one, or say why not."""
    config, (facts, _) = load_config(), open_model(ARTIFACTS)
    lineage.check(facts["lineage"], lineage.current(config, data.data_digest(config)))
    if "quantization" in facts:
        raise ProjectError("The model in artifacts/ is in int8 already.", "Run: make train")
    images, _ = data.load(config)
    rows = np.random.default_rng(config.seed).permutation(split(images, config)["train"])[:ROWS]
    graph = (ARTIFACTS / "model.onnx").read_bytes()
    try:
        write_candidate(FOLDER, to_int8(graph, images.pixels[rows]), facts)
        results = compare(config, facts)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    print(results["sentence"], file=sys.stderr)
    print("Run: make evaluate promote", file=sys.stderr)


def to_int8(graph: bytes, pixels: Pixels) -> bytes:
    """Return the graph with weights and activations of its layers in int8; resizing stays."""
    model = onnx.load_from_string(graph)
    # A merged graph names the same operators twice, which the quantiser does not read.
    imports = {opset.domain: opset for opset in list(model.opset_import)}
    del model.opset_import[:]
    model.opset_import.extend(imports.values())
    with tempfile.TemporaryDirectory() as name:
        whole, clean, small = (str(Path(name, file)) for file in ("a.onnx", "b.onnx", "c.onnx"))
        onnx.save(model, whole)
        quant_pre_process(whole, clean, skip_symbolic_shape=True)
        quantize_static(
            clean,
            small,
            Calibration(pixels),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Gemm", "MatMul"],
            activation_type=QuantType.QInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
        )
        return Path(small).read_bytes()


class Calibration(CalibrationDataReader):  # type: ignore[misc]
    """Gives the quantiser pictures [n, size, size, channels], 32 at a time."""

    def __init__(self, pixels: Pixels) -> None:
        self._parts = iter(np.array_split(pixels, -(-len(pixels) // 32)))

    def get_next(self) -> dict[str, Pixels] | None:
        """Return the next pictures, None after the last."""
        part = next(self._parts, None)
        return None if part is None else {INPUT: part}


def write_candidate(folder: Path, graph: bytes, facts: dict[str, Any]) -> None:
    """Write a graph beside the trained one, with metadata that name it."""
    write(folder / "model.onnx", graph)
    digits = sha256(folder / "model.onnx")
    model = facts["model"] | {"id": digits[:12], "sha256": digits}
    write_json(folder / "metadata.json", facts | {"model": model})


def compare(config: Config, facts: dict[str, Any]) -> dict[str, Any]:
    """Return what int8 changes, once it is in artifacts/; ``ProjectError`` where it is no gain."""
    part, name, margin = validation.read(), facts["primary"], facts["margin"]
    small, whole = (validation.results(part, folder) for folder in (FOLDER, ARTIFACTS))
    functions = {("int8", metric): function for metric, function in small.metrics.items()}
    functions["float32", name] = whole.metrics[name]
    draws = metrics.bootstrap(functions, small.clusters, config.evaluation.resamples, config.seed)
    ours, theirs = draws["int8", name], draws["float32", name]
    difference = metrics.compare("float32", name, ours, theirs, margin)
    sizes = [(folder / "model.onnx").stat().st_size for folder in (FOLDER, ARTIFACTS)]
    request = next(iter(validation.requests(part, 1)))
    times = [gates.milliseconds(Model(folder), request) for folder in (FOLDER, ARTIFACTS)]
    sentence = (
        f"int8 takes {sizes[0] / 1e3:.0f} KB for {sizes[1] / 1e3:.0f} KB and {times[0]:.3f} ms a "
        f"picture for {times[1]:.3f} ms; its {name} differs by {metrics.in_words(difference)}."
    )
    loss = difference["high"] if name in metrics.LOWER_IS_BETTER else -difference["low"]
    if loss > margin or sizes[0] >= sizes[1]:
        hint = f"The trained model stays. At worst it may lose {margin:g} (decision.margin)."
        raise ProjectError(f"{sentence} It is not taken.", hint)
    changes = {"bytes": sizes, "milliseconds": times, "comparison": difference}
    scores = {metric: metrics.score(metric, draws["int8", metric]) for metric in small.metrics}
    model = facts["model"] | {"description": f"{facts['model']['description']} Served in int8."}
    facts = facts | {"model": model, "validation": scores, "quantization": changes}
    export.save((FOLDER / "model.onnx").read_bytes(), facts, train.PACKAGES)
    train.write_golden(Model(ARTIFACTS), example_of(facts))
    golden = ARTIFACTS / "golden.json"
    write_json(golden, read_json(golden) | {"tolerance": TOLERANCE})
    return changes | {"sentence": sentence}


def example_of(facts: dict[str, Any]) -> Pixels:
    """Return the picture [height, width, channels] that metadata.json has as its example."""
    shape = [facts["example"][key] for key in ("height", "width", "channels")]
    return np.frombuffer(base64.b64decode(facts["example"]["pixels"]), np.uint8).reshape(shape)
