"""The optional path: fine-tune a Wav2Vec2 of the Hugging Face hub instead of the small network.

It takes and gives what ``Recogniser`` does, so decoding, evaluation and serving stay as they are:
a step of Wav2Vec2 is 20 ms as well. Its graph is hundreds of megabytes, too large for git.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from . import augment
from .data.synthesize import Clip
from .decode import encode
from .errors import ProjectError
from .learn import Recipe
from .measure import wave_of
from .model import mask
from .progress import progress

LEARNING_RATE = 1e-4  # the weights are good already; the small network's would destroy them
STEP = 320  # samples a step


class Pretrained(nn.Module):
    """A Wav2Vec2 with a new last layer for this task's symbols."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, audio: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return log-probabilities [batch, steps, symbols] and steps [batch] of padded audio."""
        valid = mask(lengths, audio.shape[1])
        count = valid.sum(dim=1, keepdim=True)
        mean = (audio * valid).sum(dim=1, keepdim=True) / count
        centred = (audio - mean) * valid
        deviation = (centred.square().sum(dim=1, keepdim=True) / count).sqrt()
        logits = self.inner(input_values=centred / deviation.clamp(min=1e-4)).logits
        return logits.log_softmax(dim=2), ((lengths - 400) // STEP + 1).clamp(min=1)


def load(name: str, symbols: int) -> Pretrained:
    """Return the hub's model ``name``, or one in a local folder, with ``symbols`` outputs.

    Raises ``ProjectError`` where transformers is missing, the hub is out of reach, or the model is
    of another kind.
    """
    try:
        from transformers import Wav2Vec2ForCTC
    except ImportError:
        hint = "pip install -e '.[pretrained]', or empty model.pretrained in config.toml"
        raise ProjectError("The package transformers is not installed.", hint) from None
    try:
        inner: Any = Wav2Vec2ForCTC.from_pretrained(
            name, vocab_size=symbols, pad_token_id=0, ignore_mismatched_sizes=True
        )
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        hint = "Empty model.pretrained in config.toml to train the small network instead."
        raise ProjectError(f"{name} cannot be loaded: {reason}", hint) from None
    if inner.config.inputs_to_logits_ratio != STEP:
        raise ProjectError(f"{name} has other steps than {STEP} samples.", "Take a Wav2Vec2 model.")
    inner.freeze_feature_encoder()
    return Pretrained(inner)


def fine_tune(
    model: Pretrained,
    clips: Sequence[Clip],
    symbols: Sequence[str],
    recipe: Recipe,
    device: torch.device,
) -> list[dict[str, float]]:
    """Train the model in place on newly augmented clips each epoch; return each epoch's loss."""
    model.to(device).train()
    optimizer = torch.optim.AdamW(
        (p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE
    )
    history = []
    groups = -(-len(clips) // recipe.batch)
    with progress("Fine-tuning", recipe.epochs * groups) as advance:
        for epoch in range(recipe.epochs):
            rng = np.random.default_rng([recipe.seed, epoch])
            order, total = rng.permutation(len(clips)), 0.0
            for start in range(0, len(clips), recipe.batch):
                chosen = [clips[i] for i in order[start : start + recipe.batch]]
                waves = [augment.record(wave_of(clip), rng, recipe.white) for clip in chosen]
                lengths = torch.tensor([len(wave) for wave in waves])
                audio = pad_sequence([torch.from_numpy(wave) for wave in waves], batch_first=True)
                scores, steps = model(audio.to(device), lengths.to(device))
                targets = [encode(clip.text, symbols) for clip in chosen]
                loss = functional.ctc_loss(
                    scores.transpose(0, 1).cpu(),
                    torch.tensor([symbol for target in targets for symbol in target]),
                    steps.cpu(),
                    torch.tensor([len(target) for target in targets]),
                    zero_infinity=True,
                )
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                optimizer.step()
                total += loss.item()
                advance(1)
            history.append({"epoch": epoch + 1, "loss": total / groups})
    model.cpu().eval()
    return history
