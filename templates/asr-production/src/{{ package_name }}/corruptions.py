"""What happens to recordings: noise of a fan, of a street, of the wind; overload; a telephone."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch import Tensor

from . import augment
from .examples import stack
from .features import Samples
from .validation import Part

CPU = torch.device("cpu")
COLOURS = {"white": 0.0, "pink": 1.0, "brown": 2.0}  # as of a fan, a street, the wind
DECIBELS = (20.0, 10.0, 0.0)  # of the speech over the noise


def corrupt(part: Part) -> Iterator[tuple[str, Part]]:
    """Yield the name of each corruption, and the clips under it."""
    for name, change in CORRUPTIONS.items():
        torch.manual_seed(0)  # the same noise each time
        yield name, [replace(clip, samples=change(clip.samples)) for clip in part]


def noise(samples: Samples, colour: float, decibels: float) -> Samples:
    """Add noise that falls with frequency to the power of ``colour``."""
    wave, lengths = stack([samples], CPU)
    level, colours = torch.tensor([[decibels]]), torch.tensor([[colour]])
    return samples_of(augment.add_noise(wave, lengths, level, colours), samples)


def overload(samples: Samples) -> Samples:
    """Cut off what is louder than a fifth of the peak, as a microphone near to the mouth does."""
    limit = float(abs(samples).max()) / 5
    return samples.clip(-limit, limit)


def telephone(samples: Samples) -> Samples:
    """Carry it over an 8-bit telephone line."""
    wave, _ = stack([samples], CPU)
    return samples_of(augment.telephone(wave, wave.abs().amax(1, keepdim=True) + 1e-9), samples)


def samples_of(waves: Tensor, like: Samples) -> Samples:
    """Return the only wave [1, samples], as long as another."""
    samples: Samples = waves[0, : len(like)].numpy()
    return samples


def noisy(colour: float, decibels: float) -> Callable[[Samples], Samples]:
    """Return the change that adds noise."""
    return lambda samples: noise(samples, colour, decibels)


CORRUPTIONS: dict[str, Callable[[Samples], Samples]] = {
    **{
        f"{name} noise, {decibels:g} dB below": noisy(colour, decibels)
        for name, colour in COLOURS.items()
        for decibels in DECIBELS
    },
    "overload": overload,
    "telephone": telephone,
}
