"""The sections of config.toml, whose comments say what each value does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .config import DataConfig, read_toml


@dataclass(frozen=True)
class TextsConfig:
    """Which texts, and in which columns of a file they and their labels stand."""

    collection: Literal["languages", "sentiment"] = "languages"
    text_column: str = "text"
    label_column: str = "label"
    group_column: str = ""
    class_names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SplitConfig:
    """Shares of the groups, and from which likeness on a held-out text is dropped."""

    validation: float = 0.1
    test: float = 0.2
    near_duplicate: float = 0.8


@dataclass(frozen=True)
class LinearConfig:
    """TF-IDF of character pieces and a linear model."""

    bits: int = 15
    longest: int = 5
    words: bool = True
    c: float = 1.0


@dataclass(frozen=True)
class NetworkConfig:
    """The convolutional network over BPE tokens."""

    enabled: bool = True
    vocabulary: int = 3000
    width: int = 64
    filters: int = 80
    dropout: float = 0.3
    epochs: int = 4
    batch: int = 64
    learning_rate: float = 0.015


@dataclass(frozen=True)
class TransformerConfig:
    """Sentence embeddings of a pretrained encoder under a linear model."""

    model: str = ""


@dataclass(frozen=True)
class ServingConfig:
    """What a model must keep to be served."""

    budget_ms: float = 2.0
    answered_accuracy: float = 0.95


@dataclass(frozen=True)
class EvaluationConfig:
    """How the test split is examined."""

    resamples: int = 1000


@dataclass(frozen=True)
class TuneConfig:
    """How long `tune` searches."""

    trials: int = 12


@dataclass(frozen=True)
class Config:
    """config.toml."""

    project: str
    data: DataConfig
    seed: int = 7
    threads: int = 1
    texts: TextsConfig = field(default_factory=TextsConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    linear: LinearConfig = field(default_factory=LinearConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    transformer: TransformerConfig = field(default_factory=TransformerConfig)
    serving: ServingConfig = field(default_factory=ServingConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    tune: TuneConfig = field(default_factory=TuneConfig)


def load(root: Path = Path()) -> Config:
    """Read config.toml; a key that is wrong raises ``ProjectError`` and is named."""
    return read_toml(Config, root / "config.toml")
