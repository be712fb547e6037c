"""The recogniser: 16 kHz audio in, log-probabilities of symbols out; and its ONNX graph.

The features are part of the network, so that what is served cannot differ from what was trained.
Every layer sets what lies beyond a clip's end to zero: a clip scores the same alone and padded.
"""

import math
import warnings

import torch
from onnx_ir.passes.common import ClearMetadataAndDocStringPass
from torch import Tensor, nn

from .features import RATE, SHORTEST

WINDOW, HOP = 512, 160  # 32 ms every 10 ms
BANDS, LOW, HIGH = 40, 60.0, 3800.0  # telephone speech reaches no higher
MEL_LOW, MEL_HIGH = math.log1p(LOW / 700), math.log1p(HIGH / 700)  # O'Shaughnessy, 1987
SECONDS_PER_STEP = 2 * HOP / RATE  # at twice this CTC can no longer fit fast words
mean_of_seven = nn.AvgPool1d(7, stride=1, padding=3)  # frames


def bands_of(hertz: Tensor) -> Tensor:
    """Return where frequencies lie among the centres of the bands, which are even in mel."""
    return (torch.log1p(hertz / 700) - MEL_LOW) / (MEL_HIGH - MEL_LOW) * (BANDS + 1) - 1


def hertz_of(bands: Tensor) -> Tensor:
    """Return the frequencies that lie there."""
    return 700 * torch.expm1(MEL_LOW + (bands + 1) / (BANDS + 1) * (MEL_HIGH - MEL_LOW))


def hats(places: Tensor, knots: int) -> Tensor:
    """Return [..., places, knots], by which values at knots 0, 1, 2, ... are interpolated."""
    return (1 - (places[..., None] - torch.arange(knots, device=places.device)).abs()).clamp(min=0)


def mask(lengths: Tensor, total: int) -> Tensor:
    """Return [batch, 1, total] with 1.0 in the first ``lengths`` places of each row, else 0.0."""
    places = torch.arange(total, device=lengths.device)
    return (places[None] < lengths[:, None]).float()[:, None]


class LogMel(nn.Module):
    """Log-mel energies by a convolution with fixed windowed cosines and sines.

    A convolution is exported to ONNX exactly; a Fourier transform is not.
    """

    def __init__(self) -> None:
        super().__init__()
        bins = torch.arange(int(HIGH * WINDOW / RATE) + 2, dtype=torch.float64)
        window = torch.hann_window(WINDOW, dtype=torch.float64)
        spectrum = torch.fft.fft(window.diag())[:, : len(bins)].T
        waves = torch.cat([spectrum.real, spectrum.imag])
        filters = hats(bands_of(bins * RATE / WINDOW), BANDS).T
        self.waves = nn.Buffer(waves[:, None].float(), persistent=False)
        self.filters = nn.Buffer(filters[..., None].float(), persistent=False)

    def forward(self, audio: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return energies [batch, BANDS, frames] and the frames of each clip [batch].

        ``audio`` is [batch, samples], at least WINDOW of them; ``lengths`` the samples of each.
        """
        audio = audio * mask(lengths, audio.shape[1])[:, 0]
        audio = audio / audio.abs().amax(dim=1, keepdim=True).clamp(min=1e-4)
        real, imaginary = torch.conv1d(audio[:, None], self.waves, stride=HOP).chunk(2, dim=1)
        energies = torch.conv1d(real.square() + imaginary.square(), self.filters)
        return (energies + 1e-5).log(), (lengths - WINDOW).clamp(min=0) // HOP + 1


def steady(power: Tensor, valid: Tensor) -> Tensor:
    """Return what sounds all the time in each band [batch, bands, 1], as a fan or a hiss does.

    It is the harmonic mean over the valid frames: quiet moments weigh most in it.
    """
    return valid.sum(2, keepdim=True) / (valid / power).sum(2, keepdim=True).clamp(min=1e-9)


def voice(energies: Tensor, valid: Tensor) -> Tensor:
    """Return log-mel energies without most of what the room and the microphone add.

    Loud frames set the mean of each band, so that it measures the voice whatever the noise; all
    that lies far below it is cut off.
    """
    loudness = energies.mean(dim=1, keepdim=True)
    loudest = loudness.masked_fill(valid == 0, -1e4).amax(dim=2, keepdim=True)
    weight = torch.sigmoid(1.5 * (loudness - loudest + 3)) * valid
    band = (weight * energies).sum(2, keepdim=True) / weight.sum(2, keepdim=True)
    level = band.mean(dim=1, keepdim=True)
    loud_energies = torch.maximum(energies, level - 7)
    return ((loud_energies - level - 0.5 * (band - level)) / 2.5 + 0.5) * valid


def features_of(energies: Tensor, frames: Tensor) -> Tensor:
    """Return what the network reads, [batch, 2 * BANDS, frames], of what ``LogMel`` returns.

    First the voice after spectral subtraction (Berouti et al., 1979): more than the mean of the
    noise is taken away, or its peaks would be left as sounds, and a little is left. Then how far
    each band stands out of its noise over seven frames, in which a weak formant still shows.
    """
    valid, power = mask(frames, energies.shape[2]), energies.exp()
    noise = steady(power, valid)
    speech = voice((torch.maximum(power - 1.5 * noise, 0.2 * noise) + 1e-6).log(), valid)
    smooth = mean_of_seven(power * valid) / mean_of_seven(valid).clamp(min=1e-3)
    noise = steady(smooth + 1e-6, valid)
    above = torch.maximum(smooth - 1.15 * noise, 0.05 * noise) / noise
    return torch.cat([speech, above.log().clamp(max=8) / 2.5 * valid], dim=1)


def layer(channels: int, width: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """Return a convolution over 5 frames, ``dilation`` apart, [batch, channels -> width, steps]."""
    convolution = nn.Conv1d(channels, width, 5, stride, 2 * dilation, dilation)
    return nn.Sequential(convolution, nn.BatchNorm1d(width), nn.ReLU())


class Network(nn.Module):
    """Features to log-probabilities of symbols: residual dilated convolutions, trained with CTC.

    CTC (Graves et al., 2006) needs no times of the symbols: symbol 0 is its blank. Convolutions
    are exported for any length; together the dilations see a second and a half.
    """

    def __init__(self, symbols: int, width: int, dropout: float) -> None:
        super().__init__()
        self.first = layer(2 * BANDS, width, stride=2)
        self.others = nn.ModuleList(layer(width, width, dilation=d) for d in (1, 2, 4, 8, 4))
        self.dropout = nn.Dropout1d(dropout)  # whole channels: a mask of every value costs time
        self.last = nn.Conv1d(width, symbols, 1)

    def forward(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Return log-probabilities [batch, steps, symbols] and the steps of each clip [batch]."""
        steps = (frames + 1) // 2
        x = self.first(features)
        valid = mask(steps, x.shape[2])
        x = x * valid
        for convolution in self.others:
            x = (x + self.dropout(convolution(x))) * valid
        return self.last(x).transpose(1, 2).log_softmax(dim=2), steps


class Recogniser(nn.Module):
    """The whole graph that is exported: audio to log-probabilities."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.log_mel, self.network = LogMel(), network

    def forward(self, audio: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return log-probabilities [batch, steps, symbols] and steps [batch] of padded audio."""
        energies, frames = self.log_mel(audio, lengths)
        scores: tuple[Tensor, Tensor] = self.network(features_of(energies, frames), frames)
        return scores

    def to_onnx(self) -> bytes:
        """Return the graph: ``audio`` [batch, samples] and ``samples`` [batch], any of both, to
        ``log_probabilities`` [batch, steps, symbols] and ``steps`` [batch]."""
        batch, count = torch.export.Dim("batch"), torch.export.Dim("n", min=int(SHORTEST * RATE))
        with warnings.catch_warnings(action="ignore"):  # the exporter's own deprecations
            program = torch.onnx.export(
                self,
                (torch.randn(2, RATE), torch.tensor([RATE, RATE // 2])),
                input_names=["audio", "samples"],
                output_names=["log_probabilities", "steps"],
                dynamic_shapes={"audio": {0: batch, 1: count}, "lengths": {0: batch}},
                verbose=False,
            )
        assert program is not None  # only torch's older exporter gives none
        ClearMetadataAndDocStringPass()(program.model)  # they name folders of this machine
        return bytes(program.model_proto.SerializeToString())
