"""From a candidate to an ONNX graph, and the made texts that the parity gate adds."""

from __future__ import annotations

import logging
import warnings

import torch

from .learn import Candidate

EDGE_TEXTS = (
    "",
    " ",
    "a",
    "\N{GRINNING FACE}\N{PARTY POPPER} \N{FIRE}",
    "Grüße, Привет, 你好, مرحبا, שלום",
    "\0\a\t\r\n\N{ZERO WIDTH JOINER}\N{RIGHT-TO-LEFT OVERRIDE}text\x7f",
    "word " * 5000,
    "x" * 10000,
    "1234567890 !?.,;:()[]{}<>%$&",
    "e\N{COMBINING ACUTE ACCENT}" * 50,
)


def convert(candidate: Candidate) -> bytes:
    """Return the candidate's graph: texts and tokens may be as many as they like."""
    inputs = candidate.inputs(["An example of a text.", "another"])
    names = list(inputs)
    batch = torch.export.Dim("texts", min=1, max=100_000)
    length = torch.export.Dim("length", min=5, max=100_000)
    shapes = [{0: batch} if name == "embedding" else {0: batch, 1: length} for name in names]
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own internals
        program = torch.onnx.export(
            candidate.module.eval(),
            tuple(torch.as_tensor(array) for array in inputs.values()),
            input_names=names,
            output_names=["probabilities"],
            dynamic_shapes=tuple(shapes),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    head = program.model_proto
    if candidate.body is None:
        return bytes(head.SerializeToString())
    from .transformer import join

    return join(candidate.body, head)
