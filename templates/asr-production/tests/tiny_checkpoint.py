"""A Wav2Vec2 with random weights, in the files of a checkpoint: nothing of it was learned."""

from pathlib import Path

import pytest

KIND = "AutoModelForCTC"  # the class of transformers that reads it


def write_checkpoint(folder: Path) -> Path:
    """Write the files and return the folder; skip the test where transformers is missing."""
    transformers = pytest.importorskip("transformers", reason="make setup-pretrained")
    import torch

    torch.manual_seed(0)
    settings = transformers.Wav2Vec2Config(
        vocab_size=11,
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(16,) * 7,
        num_conv_pos_embeddings=8,
        num_conv_pos_embedding_groups=2,
    )
    transformers.Wav2Vec2ForCTC(settings).save_pretrained(folder)
    return folder
