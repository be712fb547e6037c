"""The sections of config.toml, whose comments say what each value does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .config import DataConfig, read_toml
from .errors import ProjectError


@dataclass(frozen=True)
class SpeechConfig:
    """The task's words. ``fillers`` are recognised too, but never part of an answer."""

    words: tuple[str, ...]
    fillers: tuple[str, ...] = ()
    longest: int = 7
    longest_slow: int = 5

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """All words that the network learns."""
        return self.words + self.fillers


@dataclass(frozen=True)
class VoicesConfig:
    """How many utterances each engine speaks; no engine is in two of the three."""

    train: dict[str, int] = field(default_factory=dict)
    validation: dict[str, int] = field(default_factory=dict)
    test: dict[str, int] = field(default_factory=dict)
    processes: int = 2
    seed: int = 0


@dataclass(frozen=True)
class SplitConfig:
    """Shares of the *speakers* of real recordings; synthetic ones are divided by engine."""

    validation: float = 0.2
    test: float = 0.2


@dataclass(frozen=True)
class ModelConfig:
    """Hyper-parameters of the network and of its training."""

    width: int = 112
    dropout: float = 0.1
    epochs: int = 10
    copies: int = 2
    batch: int = 16
    learning_rate: float = 0.003
    joined: float = 0.3
    white_noise: float = 0.3
    no_speech: float = 0.12
    pretrained: str = ""


@dataclass(frozen=True)
class EvaluationConfig:
    """How the test split is examined."""

    resamples: int = 2000
    noise: tuple[int, ...] = (30, 20, 10, 5, 0)
    no_speech: int = 200


@dataclass(frozen=True)
class TuneConfig:
    """How long `tune` searches."""

    trials: int = 6


@dataclass(frozen=True)
class Config:
    """config.toml."""

    project: str
    data: DataConfig
    speech: SpeechConfig
    seed: int = 7
    threads: int = 2
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    voices: VoicesConfig = field(default_factory=VoicesConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    tune: TuneConfig = field(default_factory=TuneConfig)


def load(root: Path = Path()) -> Config:
    """Read config.toml; a key that is wrong raises ``ProjectError`` and is named."""
    config = read_toml(Config, root / "config.toml")
    for word in config.speech.vocabulary:
        if not word.isalpha() or word != word.lower():
            raise ProjectError(
                f"config.toml: speech.words must be single lower-case words, not {word!r}",
                'write digits and abbreviations as they are spoken: "seven", "okay"',
            )
    if not config.speech.words:
        raise ProjectError("config.toml: speech.words is empty", "name the words to recognise")
    return config
