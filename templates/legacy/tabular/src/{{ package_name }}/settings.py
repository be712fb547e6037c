"""The sections of config.toml, whose comments say what each value does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .config import DataConfig, read_toml

Task = Literal["binary", "multiclass", "regression", "anomaly"]
Rule = Literal["stratified", "group", "time"]


@dataclass(frozen=True)
class SplitConfig:
    """How rows are divided; dates or numbers of ``column`` go before the shares."""

    rule: Rule
    column: str = ""
    validation: float = 0.15
    test: float = 0.2
    validation_from: str = ""
    test_from: str = ""


@dataclass(frozen=True)
class ModelConfig:
    """Hyper-parameters; ``contamination`` is for anomaly detection, the last four for trees."""

    max_iter: int = 100
    contamination: float = 0.02
    learning_rate: float = 0.05
    max_leaf_nodes: int = 5
    min_samples_leaf: int = 80
    l2_regularization: float = 5.0


@dataclass(frozen=True)
class DecisionConfig:
    """What the two kinds of error cost, in any unit."""

    cost_false_positive: float = 1.0
    cost_false_negative: float = 1.0


@dataclass(frozen=True)
class EvaluationConfig:
    """How the test split is examined; without a ``primary`` the task's first metric decides."""

    primary: str = ""
    resamples: int = 2000
    cluster: str = ""
    slices: tuple[str, ...] = ()


@dataclass(frozen=True)
class TuneConfig:
    """How long `tune` searches."""

    trials: int = 30


@dataclass(frozen=True)
class Config:
    """config.toml."""

    project: str
    task: Task
    data: DataConfig
    split: SplitConfig
    seed: int = 7
    threads: int = 1
    model: ModelConfig = field(default_factory=ModelConfig)
    decision: DecisionConfig = field(default_factory=DecisionConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    tune: TuneConfig = field(default_factory=TuneConfig)


def load(root: Path = Path()) -> Config:
    """Read config.toml; a key that is wrong raises ``ProjectError`` and is named."""
    return read_toml(Config, root / "config.toml")
