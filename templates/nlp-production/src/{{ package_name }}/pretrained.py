"""A transformer, fine-tuned from a checkpoint: one more candidate, by the same folds and rule.

It is compared and never served: what cuts a text into its tokens exists neither in the service nor
in the page's JavaScript, and few of these graphs fit the 10 MB of model/.
"""

import logging
import pickle
import sys
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
import torch
from scipy.special import softmax
from torch.nn.functional import cross_entropy
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from . import data, export, files, metrics, train
from .config import Config
from .features import normalise
from .fine_tuning import NAME, OTHER, Pretrained, describe, explain, fetch, load
from .graph import EDGE_TEXTS
from .metrics import Floats
from .model import Candidate, abstention_threshold
from .split import Rows, folds, rows_of, split

GRAPH = export.ARTIFACTS / NAME / "model.onnx"
REFUSAL = "neither the service nor the page can cut a text into its tokens"
TOGETHER = 64  # texts that are answered at a time
Inputs = dict[str, Any]  # "input_ids" and "attention_mask": tensors [texts, tokens]


@dataclass
class Transformer:
    """The exported graph and its tokenizer, asked as a classifier of scikit-learn is."""

    tokenizer: Any

    def predict_proba(self, texts: Iterable[str]) -> Floats:
        """Return probabilities [texts, classes]."""
        session = onnxruntime.InferenceSession(GRAPH)

        def logits_of(inputs: Inputs) -> Any:
            return session.run(None, {name: ids.numpy() for name, ids in inputs.items()})[0]

        return probabilities(logits_of, self.tokenizer, texts)


def check(config: Config) -> None:
    """Raise ``ProjectError`` where the checkpoint cannot be fine-tuned and exported as it is."""
    to_onnx(*read(config.pretrained, 2))


def compare(config: Config) -> None:
    """Fine-tune the checkpoint, and put what it reaches beside the candidates in artifacts/.

    As every candidate it answers the texts that are held out of each fold, from the same training
    texts; it is fitted a time more on all of them, for the test part.
    """
    facts, _ = export.open_model(export.ARTIFACTS)
    file = export.ARTIFACTS / "candidates.pickle"
    candidates: dict[str, Candidate] = pickle.loads(file.read_bytes())
    frame, _ = data.load(config)
    parts, classes = split(frame, config), facts["output"]["classes"]
    rows, validation = (rows_of(frame.iloc[parts[n]], classes) for n in ("train", "validation"))
    answers, losses, pairs = [], [], folds(rows, config.seed)
    for number, (part, held_out) in enumerate(pairs, 1):
        print(f"Fine-tuning for fold {number} of {len(pairs)}.", file=sys.stderr)
        network, tokenizer = fine_tune(part, config)
        answers.append(probabilities(logits_in(network), tokenizer, held_out.texts))
        losses.append(metrics.row_losses(held_out.truth, answers[-1]))
    clusters = np.concatenate([held_out.clusters for _, held_out in pairs])
    fold_losses = {name: candidate.fold_losses for name, candidate in candidates.items()}
    choice = metrics.choose(fold_losses | {NAME: losses}, clusters)

    print("Fine-tuning on all training texts.", file=sys.stderr)
    network, tokenizer = fine_tune(rows, config)
    files.write(GRAPH, to_onnx(network.cpu(), tokenizer))
    texts, transformer = [*validation.texts, *EDGE_TEXTS], Transformer(tokenizer)
    expected = probabilities(logits_in(network), tokenizer, texts)
    export.parity(expected, transformer.predict_proba(texts), train.TOLERANCE, OTHER)
    truth, scores = np.concatenate([part.truth for _, part in pairs]), np.concatenate(answers)
    threshold = abstention_threshold(truth, scores, config.decision.answer_accuracy)
    pipeline: Any = transformer
    candidates[NAME] = Candidate(pipeline, losses, scores, threshold)
    files.write(file, pickle.dumps(candidates))
    on = "out of fold, from the same texts and folds"
    facts["pretrained"] = describe(config.pretrained, choice, on, REFUSAL)
    facts["model"]["description"] += f" {facts['pretrained']['sentence']}"
    export.save((export.ARTIFACTS / "model.onnx").read_bytes(), facts, train.PACKAGES)
    print(facts["pretrained"]["sentence"], file=sys.stderr)


def read(settings: Pretrained, classes: int) -> tuple[Any, Any]:
    """Return the checkpoint's network with a new head for ``classes``, and its tokenizer."""
    network = load(AutoModelForSequenceClassification, settings, num_labels=classes)
    network.config.return_dict = False
    with explain(f"The tokenizer of {settings.checkpoint} cannot be read"):
        folder = fetch(settings)
        files.read_json(folder / "tokenizer.json")  # without it transformers makes an empty one
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    positions = getattr(network.config, "max_position_embeddings", 514) - 2  # RoBERTa begins at 2
    tokenizer.model_max_length = min(settings.max_tokens, tokenizer.model_max_length, positions)
    return network, tokenizer


def encode(tokenizer: Any, texts: Iterable[str]) -> Inputs:
    """Return the tokens of texts, which are read as far as the other candidates read them."""
    letters = [normalise(text) for text in texts]
    options = {"padding": True, "truncation": True, "return_token_type_ids": False}
    return dict(tokenizer(letters, return_tensors="pt", **options))


def fine_tune(rows: Rows, config: Config) -> tuple[Any, Any]:
    """Return network and tokenizer after ``epochs`` over the rows, in the mode that answers.

    AdamW, a tenth of the steps to warm up and the others to fade (Devlin et al., 2019,
    arXiv:1810.04805); the number of epochs is fixed, so that no text is held out to end it.
    """
    settings, device = config.pretrained, "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(config.seed)
    network, tokenizer = read(settings, rows.classes)
    network.to(device).train()
    order = [torch.randperm(len(rows.texts)).split(settings.batch) for _ in range(settings.epochs)]
    batches, truth = [batch for epoch in order for batch in epoch], torch.from_numpy(rows.truth)
    optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, len(batches), pct_start=0.1, anneal_strategy="linear"
    )
    for batch in batches:
        inputs = encode(tokenizer, rows.texts[batch.numpy()])
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            logits = network(**{name: ids.to(device) for name, ids in inputs.items()})[0]
        loss = cross_entropy(logits.float(), truth[batch].to(device))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return network.eval(), tokenizer


def logits_in(network: Any) -> Callable[[Inputs], Any]:
    """Return the function from inputs to the network's logits [texts, classes]."""

    def logits_of(inputs: Inputs) -> Any:
        tensors = {name: ids.to(network.device) for name, ids in inputs.items()}
        with torch.inference_mode():
            return network(**tensors)[0].float().cpu().numpy()

    return logits_of


def probabilities(
    logits_of: Callable[[Inputs], Any], tokenizer: Any, texts: Iterable[str]
) -> Floats:
    """Return probabilities [texts, classes]; texts of similar length are answered together."""
    rows = np.array(list(texts), object)
    order = np.argsort([len(text) for text in rows], kind="stable")
    parts = np.array_split(rows[order], -(-len(rows) // TOGETHER))
    logits = np.concatenate([logits_of(encode(tokenizer, part)) for part in parts])
    shares: Floats = softmax(logits.astype(np.float64), axis=1)
    return shares[np.argsort(order)]


def to_onnx(network: Any, tokenizer: Any) -> bytes:
    """Return the network's graph: tokens of any number and length in, logits out."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    inputs = encode(tokenizer, ["a text", "and a longer one"])
    axes = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    with explain("The network has no form in ONNX"), warnings.catch_warnings(action="ignore"):
        program = torch.onnx.export(
            network.eval(),
            kwargs=inputs,
            input_names=list(inputs),
            output_names=["logits"],
            dynamic_shapes=dict.fromkeys(inputs, axes),
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # it is for dynamo=True
    return bytes(program.model_proto.SerializeToString())
