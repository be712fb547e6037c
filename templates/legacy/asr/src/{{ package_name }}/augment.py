"""Makes clean synthetic speech sound like recordings, so that what is learnt carries over.

The wave is changed once a copy (rooms, microphones, noise, telephones); the features are changed
anew in each epoch (other throats, vowels and paces, gaps). The ranges are what rooms and
microphones do to speech; which of them help was measured on recorded words.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.signal import butter, fftconvolve, sosfilt

Array = NDArray[np.float32]
RATE = 16_000


def coloured_noise(count: int, colour: float, rng: np.random.Generator) -> Array:
    """Return noise of unit power whose power falls with frequency to the power of ``colour``.

    0 is white noise (a fan, a radio), 1 pink (a street), 2 brown (wind, rumble).
    """
    longer = next_fast_len(count, real=True)
    noise = rng.standard_normal(longer, dtype=np.float32)
    if colour:
        frequency = np.maximum(rfftfreq(longer, 1 / RATE), 30.0)
        noise = irfft(rfft(noise) * frequency ** (-colour / 2), longer)
    return np.asarray(noise[:count] / (noise.std() + 1e-12), dtype=np.float32)


def add_noise(wave: Array, decibels: float, colour: float, rng: np.random.Generator) -> Array:
    """Return the wave with noise ``decibels`` below its speech (the mean power of loud parts)."""
    power = np.square(wave)
    loud = power[power > power.mean() * 0.1]
    level = np.sqrt(loud.mean() if loud.size else 1e-8) * 10 ** (-decibels / 20)
    return np.asarray(wave + level * coloured_noise(len(wave), colour, rng), dtype=np.float32)


def room(wave: Array, rng: np.random.Generator) -> Array:
    """Return the wave as heard in a room that takes 0.06 to 0.5 s to fall silent (by 60 dB)."""
    decay = rng.uniform(0.06, 0.5)
    time = np.arange(int(decay * RATE)) / RATE
    tail = rng.standard_normal(len(time)) * 10 ** (-3 * time / decay)
    tail *= 10 ** (rng.uniform(-18, 0) / 20) / np.sqrt(np.square(tail).sum())
    tail[0] = 1.0  # the direct path
    return np.asarray(fftconvolve(wave, tail)[: len(wave)], dtype=np.float32)


def equalise(wave: Array, rng: np.random.Generator) -> Array:
    """Return the wave through a microphone whose response wanders by up to 12 dB."""
    longer = next_fast_len(len(wave), real=True)
    corners = np.linspace(0, np.log1p(RATE / 2 / 200), 8)
    place = np.log1p(rfftfreq(longer, 1 / RATE) / 200)
    gain = np.interp(place, corners, rng.uniform(-12, 12, len(corners)))
    changed = irfft(rfft(wave, longer) * 10 ** (gain / 20), longer)[: len(wave)]
    return np.asarray(changed, dtype=np.float32)


def mu_law(wave: Array) -> Array:
    """Return the wave as an 8-bit telephone line carries it (ITU-T G.711, mu = 255)."""
    peak = np.abs(wave).max() + 1e-9
    squeezed = np.sign(wave) * np.log1p(255 * np.abs(wave) / peak) / np.log(256)
    steps = np.round(squeezed * 127) / 127
    widened = np.sign(steps) * np.expm1(np.abs(steps) * np.log(256)) / 255
    return np.asarray(widened * peak, dtype=np.float32)


def record(wave: Array, rng: np.random.Generator, white: float) -> Array:
    """Return a clean wave as some microphone in some room might have recorded it.

    ``white`` is the share of the clips that get white noise 0 to 15 dB below the speech.
    """
    if rng.random() < 0.85:  # pitch and pace together, as a tape does
        count = int(len(wave) * np.exp(rng.uniform(-0.2, 0.2)))
        place = np.linspace(0, len(wave) - 1, count)
        wave = np.interp(place, np.arange(len(wave)), wave).astype(np.float32)
    before, after = rng.uniform(0.05, 0.4, 2) * RATE
    wave = np.pad(wave, (int(before), int(after)))
    if rng.random() < 0.5:
        wave = room(wave, rng)
    if rng.random() < 0.8:
        wave = equalise(wave, rng)
    if rng.random() < 0.35:
        wave = sosfilt(butter(2, rng.uniform(100, 400), "high", fs=RATE, output="sos"), wave)
    if rng.random() < 0.35:
        wave = sosfilt(butter(4, rng.uniform(2500, 7000), "low", fs=RATE, output="sos"), wave)
    if rng.random() < white:
        wave = add_noise(wave, rng.uniform(0, 15), 0.0, rng)
    elif rng.random() < 0.9:
        wave = add_noise(wave, rng.uniform(0, 40), rng.uniform(0, 2), rng)
    if rng.random() < 0.15:
        limit = np.abs(wave).max() * rng.uniform(0.2, 0.8)
        wave = np.clip(wave, -limit, limit)
    if rng.random() < 0.2:
        wave = mu_law(wave)
    return np.asarray(wave, dtype=np.float32)


def nothing_said(rng: np.random.Generator, clicks: float = 0.3) -> Array:
    """Return 0.5 to 4 s in which nobody speaks: noise of any colour, hum, clicks, or silence.

    ``clicks`` is the share of such clips with clicks in them.
    """
    count = int(rng.uniform(0.5, 4) * RATE)
    wave = 10 ** rng.uniform(-4, -0.5) * coloured_noise(count, rng.uniform(0, 2), rng)
    if rng.random() < 0.5:  # noise that swells and fades
        knots = rng.uniform(0, 1, int(rng.integers(3, 12))) ** 2
        wave = wave * np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(knots)), knots)
    if rng.random() < 0.3:
        hum = np.sin(2 * np.pi * rng.uniform(50, 400) * np.arange(count) / RATE)
        wave = wave + 10 ** rng.uniform(-3, -1) * hum
    if rng.random() < clicks:
        for at in rng.integers(0, count, int(rng.integers(1, 6))):
            click = rng.standard_normal(400) * np.exp(-np.arange(400) / rng.uniform(10, 120))
            wave[at : at + 400] += 0.3 * click[: count - at]
    if rng.random() < 0.1:
        wave = wave * 0
    return np.asarray(wave, dtype=np.float32)


def vary(energies: Array, edges: NDArray[np.float64], rng: np.random.Generator) -> Array:
    """Return log-mel energies [bands, frames] of another throat and another pace.

    ``edges`` are the corner frequencies of the mel filters in hertz.
    """
    bands, frames = energies.shape
    if rng.random() < 0.7:
        centres = edges[1:-1]
        place = np.interp(throat(centres, rng), centres, np.arange(bands))
        energies = _between(energies, place, axis=0)
    if rng.random() < 0.7:
        count = max(2, int(frames * rng.uniform(0.8, 1.3)))
        energies = _between(energies, np.linspace(0, frames - 1, count), axis=1)
    return energies


def throat(centres: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return where another speaker has the sounds of these rising frequencies, in hertz.

    A throat's length moves all of them by up to 12 %. On top of that a vowel's formants move by
    themselves, by up to 6 %: speakers differ in their vowels too, not in the throat alone.
    """
    knots = np.linspace(0, len(centres) - 1, 4)
    length = rng.uniform(0.88, 1.12)
    formants = np.interp(np.arange(len(centres)), knots, rng.uniform(0.94, 1.06, 4))
    return np.maximum.accumulate(centres * length * formants)


def _between(values: Array, place: NDArray[np.float64], axis: int) -> Array:
    """Return ``values`` at fractional places along an axis, by linear interpolation."""
    low = np.minimum(place.astype(int), values.shape[axis] - 1)
    high = np.minimum(low + 1, values.shape[axis] - 1)
    share = (place - low).astype(np.float32)
    share = share[:, None] if axis == 0 else share[None]
    between = values.take(low, axis) * (1 - share) + values.take(high, axis) * share
    return np.asarray(between, dtype=np.float32)


def gaps(features: Array, rng: np.random.Generator) -> None:
    """Zero up to two groups of bands and two stretches of time in place (SpecAugment, 2019).

    ``features`` is [kinds, bands, frames]: what is hidden is hidden in every kind.
    """
    _, bands, frames = features.shape
    for _ in range(2):
        width, at = int(rng.integers(0, 7)), int(rng.integers(0, bands))
        features[:, at : at + width] = 0
        length, start = int(rng.integers(0, 10)), int(rng.integers(0, frames))
        features[:, :, start : start + length] = 0
