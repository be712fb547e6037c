"""Fits each candidate on the training texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.svm import LinearSVC
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn

from .model import LinearModel, TextCNN, sharpen
from .preprocess import Encoder, clean
from .progress import track
from .settings import Config, LinearConfig

BATCH = 256  # texts at a time when nothing is learned


@dataclass
class Candidate:
    """A fitted model: how texts are encoded for it, and the module that becomes the graph."""

    name: str
    facts: dict[str, Any]
    module: nn.Module
    tokenizer: str | None = None
    body: bytes | None = None  # the graph of a pretrained encoder, which goes before the module

    def encoder(self) -> Encoder:
        """Return what turns texts into the inputs of this candidate."""
        return Encoder(self.facts, self.tokenizer)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return what the module answers in torch, [texts, classes]."""
        return self._run(texts, self.module)

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the module's answer before calibration, [texts, classes]."""
        return self._run(texts, self.module.logits)

    def _run(self, texts: Sequence[str], function: Any) -> NDArray[np.float64]:
        self.module.eval()
        encode, answers = self.inputs, []
        with torch.no_grad():
            for start in range(0, len(texts), BATCH):
                inputs = encode(texts[start : start + BATCH])
                answers.append(function(*(torch.as_tensor(a) for a in inputs.values())).numpy())
        return np.concatenate(answers).astype(np.float64)

    def inputs(self, texts: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Return the module's inputs: those of the graph, or the embeddings of its body."""
        encoded = self.encoder()(texts)
        if self.body is None:
            return encoded
        from .transformer import embed

        return {"embedding": embed(self.body, encoded)}


def fit_linear(
    settings: LinearConfig,
    texts: list[str],
    target: NDArray[Any],
    classes: int,
    name: str = "tf_idf_linear",
) -> Candidate:
    """Fit TF-IDF weights and a linear support vector machine over hashed pieces."""
    facts = {
        "kind": "pieces",
        "bits": settings.bits,
        "longest": settings.longest,
        "words": settings.words,
    }
    counts = as_matrix(Encoder(facts), texts, settings.bits)
    weighting = TfidfTransformer(sublinear_tf=True)
    weighted = weighting.fit_transform(counts)
    machine = LinearSVC(C=settings.c, tol=0.01, random_state=0).fit(weighted, target)
    weight, bias = machine.coef_.T, machine.intercept_
    if classes == 2:  # scikit-learn keeps one column for two classes
        weight, bias = np.hstack([-weight, weight]), np.r_[-bias, bias]
    return Candidate(name, facts, LinearModel(weighting.idf_, weight, bias))


def as_matrix(encoder: Encoder, texts: Sequence[str], bits: int) -> sparse.csr_matrix:
    """Return the counts of each text's pieces as a sparse matrix [texts, 2 ** bits]."""
    parts = []
    for start in range(0, len(texts), BATCH):
        found = encoder(texts[start : start + BATCH])
        rows, columns = np.nonzero(found["counts"])
        ids, counts = found["ids"][rows, columns], found["counts"][rows, columns]
        shape = (len(found["ids"]), 1 << bits)
        parts.append(sparse.csr_matrix((counts, (rows, ids)), shape=shape))
    return sparse.vstack(parts).tocsr()


def fit_network(config: Config, texts: list[str], target: NDArray[Any], classes: int) -> Candidate:
    """Train a BPE tokenizer on the training texts, and a convolutional network over its tokens."""
    settings = config.network
    torch.manual_seed(config.seed)
    tokenizer = bpe(texts, settings.vocabulary)
    facts = {"kind": "tokens", "max_tokens": 128}
    encoder = Encoder(facts, tokenizer)
    size = Tokenizer.from_str(tokenizer).get_vocab_size()
    module = TextCNN(size, settings.width, settings.filters, classes, settings.dropout)
    optimizer = torch.optim.AdamW(module.parameters(), weight_decay=0.01, fused=True)
    steps = settings.epochs * -(-len(texts) // settings.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, steps)
    rng = np.random.default_rng(config.seed)
    lengths = np.array([len(text) for text in texts])
    batches = [b for _ in range(settings.epochs) for b in by_length(lengths, settings.batch, rng)]
    module.train()
    for rows in track(batches, "Training the network"):
        ids = torch.as_tensor(encoder([texts[i] for i in rows])["ids"])
        loss = nn.functional.cross_entropy(module.logits(ids), torch.as_tensor(target[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return Candidate("text_cnn", facts, module.eval(), tokenizer)


def by_length(
    lengths: NDArray[Any], size: int, rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Return one epoch's batches in random order, each of texts about as long as one another.

    Shorter padding makes training several times faster.
    """
    noise = rng.normal(0, 5, len(lengths))
    order = np.argsort(lengths + noise, kind="stable")
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    return [batches[i] for i in rng.permutation(len(batches))]


def bpe(texts: Sequence[str], vocabulary: int) -> str:
    """Return a byte-level BPE tokenizer trained on the texts, as JSON; 0 is its padding."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=["[PAD]"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([clean(text) for text in texts], trainer)
    return str(tokenizer.to_str())


def calibrate(candidate: Candidate, texts: list[str], target: NDArray[Any]) -> None:
    """Set the candidate's sharpness on validation texts."""
    sharpen(candidate.module, candidate.logits(texts), target)
