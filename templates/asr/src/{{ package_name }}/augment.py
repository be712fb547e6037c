"""Makes clean speech sound like recordings: whole batches at a time, on the device.

Waves are changed once a copy (rooms, microphones, noise, telephones), log-mel energies anew in
each epoch (throats, vowels, paces, gaps). All is drawn evenly from ranges of what rooms,
microphones and people do; what decides shapes is drawn on the CPU, so that nothing waits for a GPU.
"""

import math

import torch
from torch import Tensor
from torch.fft import irfft, rfft, rfftfreq

from .features import RATE
from .model import BANDS, bands_of, hats, hertz_of, mask

# Lengths are multiples of these: each new shape is prepared anew by torch.
ROUND, FRAMES = 8_000, 20


def draw(like: Tensor, low: float, high: float, width: int = 1) -> Tensor:
    """Return numbers from ``low`` to ``high``: [rows of like, width], on its device."""
    return low + (high - low) * torch.rand(len(like), width, device=like.device)


def some(like: Tensor, share: float) -> Tensor:
    """Return [rows of like, 1]: true in about ``share`` of the rows."""
    return draw(like, 0, 1) < share


def interpolate(values: Tensor, places: Tensor) -> Tensor:
    """Return ``values`` [..., n] at fractional places [..., m] of the last axis, or [..., 1, m]."""
    low = places.floor().long().clamp(0, values.shape[-1] - 1)
    high = (low + 1).clamp(max=values.shape[-1] - 1)
    below, above = (values.gather(-1, x.expand(*values.shape[:-1], -1)) for x in (low, high))
    return torch.lerp(below, above, places - low)


def coloured_noise(like: Tensor, colour: Tensor) -> Tensor:
    """Return noise of unit power, which falls with frequency to the power of ``colour`` [rows, 1].

    0 is white noise (a fan, a radio), 1 pink (a street), 2 brown (wind, rumble).
    """
    hertz = rfftfreq(like.shape[1], 1 / RATE, device=like.device).clamp(min=30)
    noise: Tensor = irfft(rfft(torch.randn_like(like)) * hertz ** (-colour / 2), like.shape[1])
    return noise / noise.std(dim=1, keepdim=True)


def add_noise(waves: Tensor, lengths: Tensor, decibels: Tensor, colour: Tensor) -> Tensor:
    """Return waves with noise ``decibels`` [rows, 1] below their speech: the mean of loud parts."""
    valid, power = mask(lengths, waves.shape[1])[:, 0], waves.square()
    loud = power > 0.1 * power.sum(1, keepdim=True) / valid.sum(1, keepdim=True)
    level = (power * loud).sum(1, keepdim=True) / loud.sum(1, keepdim=True).clamp(min=1)
    level = level.clamp(min=1e-8).sqrt() * 10 ** (-decibels / 20)
    return (waves + level * coloured_noise(waves, colour)) * valid


def frequency_response(waves: Tensor) -> Tensor:
    """Return what rooms and microphones do to frequencies: complex [rows, samples / 2 + 1].

    A room takes 0.06 to 0.5 s to fall silent (by 60 dB); a microphone's response wanders by up to
    12 dB; telephones and small speakers cut off low and high frequencies (Butterworth).
    """
    size, decay = waves.shape[1], draw(waves, 0.06, 0.5)
    time = torch.arange(ROUND, device=waves.device) / RATE
    tail = torch.randn(len(waves), ROUND, device=waves.device)
    tail = tail * 10 ** (-3 * time / decay) * (time < decay)
    tail = tail * 10 ** (draw(waves, -18, 0) / 20) / tail.norm(dim=1, keepdim=True)
    tail = tail * some(waves, 0.5)
    tail[:, 0] = 1  # the direct path
    hertz = rfftfreq(size, 1 / RATE, device=waves.device)
    places = torch.log1p(hertz / 200) / math.log1p(RATE / 2 / 200) * 7
    gain = 10 ** (draw(waves, -12, 12, 8) * some(waves, 0.8) @ hats(places, 8).T / 20)
    high_pass = draw(waves, 100, 400) * some(waves, 0.35)
    low_pass = torch.where(some(waves, 0.35), draw(waves, 2500, 7000), torch.inf)
    gain = gain / (1 + (high_pass / hertz.clamp(min=1)) ** 4).sqrt()
    response: Tensor = rfft(tail, size) * gain / (1 + (hertz / low_pass) ** 8).sqrt()
    return response


def record(waves: Tensor, lengths: Tensor, white: float) -> tuple[Tensor, Tensor]:
    """Return clean waves [rows, samples] as microphones might have recorded them, and lengths.

    ``white`` is the share of the clips that get white noise 0 to 15 dB below the speech.
    """
    # Pitch and pace together, as a tape does; silence around, but where clips are cut to the word.
    pace = torch.where(some(lengths, 0.85), draw(lengths, -0.2, 0.2).exp(), 1.0)
    silence = draw(lengths, 0.05, 0.4, 2) * some(lengths, 0.7)
    before, after = silence.mul(RATE).split(1, dim=1)
    longer = (before + lengths[:, None] / pace + after).long()[:, 0]
    total = -(-int(longer.max()) // ROUND) * ROUND
    before, pace, ends, lengths = (x.to(waves.device) for x in (before, pace, longer, lengths))
    places = (torch.arange(total + ROUND, device=waves.device) - before) * pace
    inside = (places >= 0) & (places <= lengths[:, None] - 1)
    waves = interpolate(waves, places.clamp(min=0)) * inside
    waves = irfft(rfft(waves) * frequency_response(waves), total + ROUND)[:, :total]
    waves = waves * mask(ends, total)[:, 0]
    strong = some(waves, white)
    soft = torch.where(some(waves, 0.9), draw(waves, 0, 40), torch.inf)
    decibels = torch.where(strong, draw(waves, 0, 15), soft)
    waves = add_noise(waves, ends, decibels, draw(waves, 0, 2) * ~strong)
    peak = waves.abs().amax(dim=1, keepdim=True) + 1e-9
    limit = torch.where(some(waves, 0.15), peak * draw(waves, 0.2, 0.8), peak)
    waves = waves.clamp(-limit, limit)
    return torch.where(some(waves, 0.2), telephone(waves, limit), waves), longer


def telephone(waves: Tensor, peak: Tensor) -> Tensor:
    """Return waves as an 8-bit telephone line carries them (ITU-T G.711, mu = 255)."""
    compressed_waves = waves.sign() * torch.log1p(255 * waves.abs() / peak) / math.log(256)
    steps = (compressed_waves * 127).round() / 127
    return steps.sign() * torch.expm1(steps.abs() * math.log(256)) / 255 * peak


def no_speech(count: int, clicks: float, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return 0.5 to 4 s in which nobody speaks: noise of any colour, hum, clicks, or silence.

    ``clicks`` is the share of the clips with clicks in them.
    """
    waves, click = torch.zeros(count, 4 * RATE, device=device), torch.arange(400, device=device)
    lengths = (draw(waves.cpu(), 0.5, 4) * RATE).long()
    ends, time = lengths.to(device), torch.arange(4 * RATE, device=device) / RATE
    noise = coloured_noise(waves, draw(waves, 0, 2)) * 10 ** draw(waves, -4, -0.5)
    swell = draw(waves, 0, 1, 9).square() @ hats(2 * time, 9).T
    waves = torch.where(some(waves, 0.5), noise * swell, noise)
    hum = torch.sin(2 * torch.pi * draw(waves, 50, 400) * time) * 10 ** draw(waves, -3, -1)
    waves, with_clicks = waves + hum * some(waves, 0.3), some(waves, clicks)
    for _ in range(3):
        sound = 0.3 * torch.randn(count, 400, device=device) * (-click / draw(waves, 10, 120)).exp()
        start = (draw(waves, 0, 1) * (ends - 400)).long()
        waves = waves.scatter_add(1, start + click, sound * with_clicks)
    return waves * ~some(waves, 0.1) * mask(ends[:, 0], 4 * RATE)[:, 0], lengths[:, 0]


def throat(like: Tensor) -> Tensor:
    """Return where other speakers have the sounds of each band: fractional bands [rows, BANDS].

    A throat's length moves all by up to 12 % (VTLP, Jaitly and Hinton, 2013). On top of that a
    vowel's formants move by themselves, by up to 6 %: speakers differ in their vowels too.
    """
    centres = hertz_of(torch.arange(BANDS, device=like.device))
    knots = hats(torch.linspace(0, 3, BANDS, device=like.device), 4).T
    formants = draw(like, 0.94, 1.06, 4) @ knots
    hertz = (centres * draw(like, 0.88, 1.12) * formants).cummax(dim=1).values
    return bands_of(hertz).clamp(0, BANDS - 1)


def vary(energies: Tensor, frames: Tensor, longer: Tensor) -> Tensor:
    """Return energies [rows, BANDS, frames] of other throats, stretched to ``longer`` [rows]."""
    bands = torch.arange(BANDS, device=energies.device)
    energies = hats(torch.where(some(energies, 0.7), throat(energies), bands), BANDS) @ energies
    step = ((frames - 1) / (longer - 1))[:, None, None].to(energies.device)
    total = -(-int(longer.max()) // FRAMES) * FRAMES
    return interpolate(energies, torch.arange(total, device=energies.device) * step)


def gaps(values: Tensor, frames: Tensor) -> Tensor:
    """Return values [rows, 2 * BANDS, frames], bands and moments hidden (SpecAugment, 2019)."""
    band = torch.arange(BANDS, device=values.device).repeat(2)
    frame = torch.arange(values.shape[2], device=values.device)
    for _ in range(2):
        low, start = draw(values, 0, BANDS).floor(), draw(values, 0, 1) * frames[:, None]
        width, span = draw(values, 0, 7).floor(), draw(values, 0, 10).floor()
        gap = ((band >= low) & (band < low + width))[:, :, None]
        values = values.masked_fill(gap | ((frame >= start) & (frame < start + span))[:, None], 0)
    return values
