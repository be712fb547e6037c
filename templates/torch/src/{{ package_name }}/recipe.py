"""How a network is fitted: the part of config.toml that the training loop reads."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Recipe(BaseModel):
    """The `[train]` section; a type adds its own keys, and `[train.cuda]` replaces any on a GPU."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    epochs: int = Field(10, ge=1)
    steps: int = Field(500, ge=0)
    patience: int = Field(4, ge=1)
    batch: int = Field(64, ge=2)
    learning_rate: float = Field(0.004, gt=0, le=1)
    weight_decay: float = Field(0.05, ge=0, le=1)
    average: float = Field(0.98, ge=0, lt=1)
    cuda: dict[str, Any] = {}

    @field_validator("cuda")
    @classmethod
    def check(cls, keys: dict[str, Any]) -> dict[str, Any]:
        """Refuse a wrong key or value, also where there is no GPU."""
        cls.model_validate(keys)
        return keys

    def on(self, device: str) -> Self:
        """Return the recipe for a kind of device, such as "cuda"."""
        return self.model_copy(update={**self.cuda, "cuda": {}} if device == "cuda" else {})
