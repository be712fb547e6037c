"""The sections of config.toml, whose comments say what each value does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .config import DataConfig, read_toml

Rule = Literal["given", "stratified", "group"]


@dataclass(frozen=True)
class ImagesConfig:
    """How files become arrays, and how labels and groups are found."""

    size: int = 28
    channels: int = 1
    labels: str = ""
    file_column: str = "file"
    label_column: str = "label"
    group_column: str = ""
    group_pattern: str = ""
    class_names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SplitConfig:
    """How images are divided; ``given`` keeps the test split that the data bring along."""

    rule: Rule = "stratified"
    validation: float = 0.1
    test: float = 0.2


@dataclass(frozen=True)
class ModelConfig:
    """The network: its own small one, or a pretrained one of the Hugging Face hub."""

    backbone: Literal["small", "pretrained"] = "small"
    hub: str = "microsoft/resnet-18"
    width: int = 16
    dropout: float = 0.1


@dataclass(frozen=True)
class TrainConfig:
    """How the network is fitted."""

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    epochs: int = 10
    patience: int = 4
    batch: int = 64
    learning_rate: float = 0.004
    weight_decay: float = 0.05
    ema: float = 0.98
    flip: bool = False
    shift: int = 0


@dataclass(frozen=True)
class DecisionConfig:
    """For two classes of which one is sought: its name and what the two kinds of error cost."""

    positive: str = ""
    cost_false_positive: float = 1.0
    cost_false_negative: float = 1.0


@dataclass(frozen=True)
class ExportConfig:
    """Which graph is served: float32, or int8 if validation accuracy falls by no more than this."""

    int8: bool = False
    int8_tolerance: float = 0.005


@dataclass(frozen=True)
class EvaluationConfig:
    """How the test split is examined."""

    resamples: int = 2000


@dataclass(frozen=True)
class TuneConfig:
    """How long `tune` searches."""

    trials: int = 10
    epochs: int = 4


@dataclass(frozen=True)
class Config:
    """config.toml."""

    project: str
    data: DataConfig
    images: ImagesConfig = field(default_factory=ImagesConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    seed: int = 7
    threads: int = 2
    model: ModelConfig = field(default_factory=ModelConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    decision: DecisionConfig = field(default_factory=DecisionConfig)
    export: ExportConfig = field(default_factory=ExportConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    tune: TuneConfig = field(default_factory=TuneConfig)


def load(root: Path = Path()) -> Config:
    """Read config.toml; a key that is wrong raises ``ProjectError`` and is named."""
    return read_toml(Config, root / "config.toml")
