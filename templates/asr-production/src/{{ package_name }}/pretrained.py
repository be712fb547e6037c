"""A pretrained recogniser, fine-tuned by CTC: one more candidate, by the same rule.

It spells the same symbols at the same pace as the project's own network, so that decoding and page
stay as they are: it is served where the rule chooses it and its graph fits the 10 MB of model/.
"""

import base64
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from onnxruntime import InferenceSession
from torch import Tensor
from torch.nn.functional import ctc_loss
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForCTC

from . import data, export, lineage, metrics, train
from .config import Config
from .decode import METHODS, Decoder, encode
from .errors import ProjectError
from .examples import Group, recordings, stack
from .features import RATE, Recording, read_audio
from .fine_tuning import HINT, NAME, OTHER, Pretrained, describe, explain, load
from .fit import choose_device, fit, make_reproducible
from .inference import scores_of
from .model import SECONDS_PER_STEP, Recogniser, mask
from .promote import LARGEST
from .text import clip_losses, count_errors

PACKAGES = ["torch", "onnx", "onnxruntime", "numpy"]
WINDOW, STEP = 400, round(SECONDS_PER_STEP * RATE)  # samples of a step, and from one to the next


class FineTuned(Recogniser):
    """A checkpoint's network between the same inputs and outputs as the project's own."""

    def __init__(self, settings: Pretrained, symbols: int) -> None:
        options = {"vocab_size": symbols, "pad_token_id": 0, "apply_spec_augment": False}
        network = load(AutoModelForCTC, settings, **options)
        if getattr(network.config, "inputs_to_logits_ratio", None) != STEP:
            message = f"{settings.checkpoint} has no step of {STEP} samples, as Wav2Vec2 has."
            raise ProjectError(message, HINT)
        network.freeze_feature_encoder()  # few recordings would only spoil it
        super().__init__(network)

    def forward(self, audio: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return log-probabilities [batch, steps, symbols] and steps [batch] of padded audio."""
        valid = mask(lengths, audio.shape[1])[:, 0]
        count = valid.sum(dim=1, keepdim=True)
        signal = (audio - (audio * valid).sum(dim=1, keepdim=True) / count) * valid
        deviation = (signal.square().sum(dim=1, keepdim=True) / count).sqrt().clamp(min=1e-4)
        inner: Any = self.network
        logits: Tensor = inner(input_values=signal / deviation).logits
        return logits.log_softmax(dim=2), ((lengths - WINDOW) // STEP + 1).clamp(min=1)


class Waves:
    """Recordings as a network that reads audio takes them, and their symbols."""

    def __init__(self, groups: Sequence[Group], symbols: Sequence[str]) -> None:
        rows = [row for waves, lengths, _ in groups for row in zip(waves, lengths, strict=True)]
        self.waves = [wave[: int(length)] for wave, length in rows]
        self.targets = [encode(text, symbols) for _, _, texts in groups for text in texts]

    def loss(self, network: Any, rows: Sequence[int]) -> Tensor:
        """Return the mean CTC loss a symbol, as that of the project's own network."""
        audio = pad_sequence([self.waves[row] for row in rows], batch_first=True)
        samples = torch.tensor([len(self.waves[row]) for row in rows], device=audio.device)
        scores, steps = network(audio, samples)
        place = "cpu" if audio.device.type == "mps" else audio.device  # Metal has no CTC
        symbols = torch.tensor([symbol for row in rows for symbol in self.targets[row]]).to(place)
        lengths = torch.tensor([len(self.targets[row]) for row in rows]).to(place)
        pair = scores.transpose(0, 1).float().to(place), symbols
        losses = ctc_loss(*pair, steps.to(place), lengths, reduction="none", zero_infinity=True)
        return (losses / lengths.clamp(min=4)).mean()

    def batches(self, size: int) -> list[list[int]]:
        """Return one epoch: rows of similar length together, the batches in a random order."""
        lengths = torch.tensor([len(wave) for wave in self.waves])
        order = (lengths + RATE / 3 * torch.rand(len(lengths))).argsort().tolist()
        groups = [order[i : i + size] for i in range(0, len(order), size)]
        return [groups[i] for i in torch.randperm(len(groups)).tolist()]

    def mean_loss(self, size: int, network: Any) -> Tensor:
        """Return the mean loss of all, some at a time."""
        return torch.stack([self.loss(network, rows) for rows in self.batches(size)]).mean()


def check(config: Config) -> None:
    """Raise ``ProjectError`` where the checkpoint is of no use here, or cannot be exported."""
    to_graph(FineTuned(config.pretrained, 30))


def compare(config: Config) -> None:
    """Fine-tune the checkpoint, and put it beside the model in artifacts/, or in its place.

    Its search is chosen as that of the own network was, and so is the method that decodes it.
    """
    (facts, own_session), parts = export.open_model(export.ARTIFACTS), data.load(config)[0]
    validation, own = parts["validation"], facts["output"]
    waves = [clip.samples for clip in validation]
    network = fine_tune(parts["train"], validation, own["symbols"], config)
    graph, edges = to_graph(network), train.edge_clips(config.seed)
    session = InferenceSession(graph, providers=["CPUExecutionProvider"])
    sounds = [*waves[:100], *edges.values()]
    with torch.inference_mode():
        pairs = [(torch.from_numpy(wave)[None], torch.tensor([len(wave)])) for wave in sounds]
        expected = torch.cat([network(*pair)[0][0] for pair in pairs]).double().numpy()
    scores = scores_of(session, sounds)
    largest = export.parity(expected, np.concatenate(scores), train.TOLERANCE, OTHER)

    output = own | train.choose_search(own, session, validation)
    errors = errors_of(Decoder(output), scores_of(session, waves), validation)
    own_errors = errors_of(Decoder(own), scores_of(own_session, waves), validation)
    clusters, _ = data.clusters([clip.speaker for clip in validation])
    methods = metrics.choose({n: [clip_losses(e)] for n, e in errors.items()}, clusters)
    (method,) = [row["name"] for row in methods if row["chosen"]]
    candidates = own_errors | {NAME: errors[method]}
    choice = metrics.choose({n: [clip_losses(e)] for n, e in candidates.items()}, clusters)
    size = len(graph) + (export.ARTIFACTS / "golden.json").stat().st_size
    refusal = f"it takes {size / 1e6:.1f} MB of the 10 of model/" if size > LARGEST else ""
    facts["pretrained"] = describe(config.pretrained, choice, "on validation", refusal)
    sentence = facts["pretrained"]["sentence"]
    print(sentence, file=sys.stderr)
    if not facts["pretrained"]["served"]:
        facts["model"]["description"] += f" {sentence}"
        export.save((export.ARTIFACTS / "model.onnx").read_bytes(), facts, PACKAGES)
        return
    both = {"ours": errors[method], "theirs": own_errors[own["decoder"]]}
    rates = {name: metrics.ratio(*counts.T) for name, counts in both.items()}
    draws = metrics.bootstrap(rates, clusters, 500, config.seed)
    against, pair = own["decoder"], (draws["ours"], draws["theirs"])
    facts["validation"] = {"wer": metrics.score("wer", draws["ours"])}
    facts["validation_comparison"] = metrics.compare(against, "wer", *pair, facts["margin"])
    facts["chosen_by"]["candidates"], facts["output"] = methods, output | {"decoder": method}
    facts["parity"] |= {"rows": len(sounds), "largest_difference": largest}
    facts["model"] |= {"name": NAME, "description": sentence, "threshold": output["threshold"]}
    facts = export.save(graph, facts, PACKAGES)
    train.write_golden(edges | {"example": read_audio(base64.b64decode(facts["example"]["wav"]))})
    lineage.append_experiment(facts)


def errors_of(
    decoder: Decoder, scores: Sequence[Any], clips: Sequence[Recording]
) -> dict[str, Any]:
    """Return the errors of each method on the clips: [clips, 2], with the words of each."""
    references = [decoder.without_fillers(clip.text) for clip in clips]
    return {
        name: count_errors(references, [decoder.transcribe(one, name)[0] for one in scores])
        for name in METHODS
    }


def fine_tune(
    clips: Sequence[Recording], validation: Sequence[Recording], symbols: list[str], config: Config
) -> FineTuned:
    """Return the network after its best epoch on validation, as every network here is fitted."""
    make_reproducible(config.seed, config.threads)
    settings, device = config.pretrained, choose_device(config.train.device)
    update = settings.model_dump(include={"epochs", "batch", "learning_rate"}) | {"steps": 0}
    recipe = config.train.on(device.type).model_copy(update=update)
    network = FineTuned(settings, len(symbols)).to(device)
    examples = Waves([*recordings(clips, recipe, device)], symbols)
    plain = Waves([(*stack([clip.samples], device), [clip.text]) for clip in validation], symbols)
    draw, validation_loss = partial(examples.batches, recipe.batch), partial(plain.mean_loss, 8)
    fit(network, len(examples.targets), examples.loss, validation_loss, recipe, draw=draw)
    return network.cpu().eval()


def to_graph(network: FineTuned) -> bytes:
    """Return the network's ONNX graph."""
    with explain("The network has no form in ONNX"):
        return network.eval().to_onnx()
