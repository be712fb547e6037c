"""How a network is fitted: the part of config.toml that the training loop reads."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator


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

    @model_validator(mode="after")
    def check(self) -> Self:
        """Refuse what `[train.cuda]` says wrongly, also where there is no GPU."""
        if "device" in self.cuda or "cuda" in self.cuda:
            raise ValueError("[train.cuda] holds what differs on a GPU, not the device")
        try:
            self.on("cuda")
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(["cuda", *map(str, first["loc"])])
            raise ValueError(f"{key}: {first['msg']}") from None
        return self

    def on(self, device: str) -> Self:
        """Return the recipe for a kind of device, such as "cuda"."""
        if device != "cuda" or not self.cuda:
            return self
        return type(self).model_validate({**self.model_dump(), "cuda": {}, **self.cuda})
