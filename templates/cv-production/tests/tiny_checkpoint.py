"""A network with random weights, in the files of a checkpoint: nothing of it was learned."""

import json
from pathlib import Path

import pytest

KIND = "AutoModelForImageClassification"  # the class of transformers that reads it


def write_checkpoint(folder: Path) -> Path:
    """Write the files and return the folder; skip the test where transformers is missing."""
    transformers = pytest.importorskip("transformers", reason="make setup-pretrained")
    import torch

    torch.manual_seed(0)
    settings = transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic", num_labels=5
    )
    transformers.ResNetForImageClassification(settings).save_pretrained(folder)
    reading = {"size": {"shortest_edge": 24}, "image_mean": [0.5] * 3, "image_std": [0.25] * 3}
    (folder / "preprocessor_config.json").write_text(json.dumps(reading), encoding="utf-8")
    return folder
