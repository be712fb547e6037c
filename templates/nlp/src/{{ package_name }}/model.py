"""The candidates, simplest first: the baselines are candidates too, and may be served."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from . import metrics
from .config import Config, Model
from .features import terms
from .graph import require_exact
from .metrics import Floats, Indices, mean, ratio, row_losses
from .split import Fold, Rows

DESCRIPTIONS = {
    "constant": "The shares of the classes, whatever the text.",
    "words": "Logistic regression on the TF-IDF of whole words.",
    "ngrams": "Logistic regression on the TF-IDF of words and character n-grams.",
}
WEIGHTS = 1_500_000  # of a graph, at most: 6 MB in float32, of the 10 MB that model/ may take


@dataclass(frozen=True)
class Candidate:
    """A fitted model with what turns its scores into decisions."""

    pipeline: Pipeline
    fold_losses: list[Floats]
    out_of_fold: Floats
    threshold: float

    def scores(self, texts: Iterable[str]) -> Floats:
        """Return probabilities [texts, classes]."""
        return np.asarray(self.pipeline.predict_proba(texts), np.float64)

    def metrics(self, truth: Indices, scores: Floats) -> dict[str, metrics.Metric]:
        """Return the metrics of the model on texts that it gave ``scores``.

        Below its threshold the model says that it does not know: it covers the others, and its
        answer accuracy is of these. The other metrics take its likeliest class for every text.
        """
        right = scores.argmax(axis=1) == truth
        answers = scores.max(axis=1) >= self.threshold
        return {
            "accuracy": mean(right),
            "macro_f1": metrics.macro_f1(truth, scores.argmax(axis=1), scores.shape[1]),
            "log_loss": mean(row_losses(truth, scores)),
            "coverage": mean(answers),
            "answer_accuracy": ratio(answers & right, answers),
        }


def fit(name: str, settings: Model, rows: Rows) -> Pipeline:
    """Return a candidate's pipeline fitted on rows."""
    most = 1 if name == "constant" else min(settings.max_features, WEIGHTS // rows.classes)
    vectorizer = TfidfVectorizer(
        analyzer=partial(terms, longest=settings.longest if name == "ngrams" else 0),
        max_features=most,
        sublinear_tf=True,
        dtype=np.float32,
    )
    # A tolerance of 1e-3 halves the time and moves no probability by more than a thousandth.
    regression = LogisticRegression(C=settings.c, tol=1e-3, max_iter=500)
    pipeline = make_pipeline(vectorizer, DummyClassifier() if name == "constant" else regression)
    return pipeline.fit(rows.texts, rows.truth)


def fit_candidate(name: str, rows: Rows, folds: list[Fold], config: Config) -> Candidate:
    """Return a candidate fitted on rows; losses and threshold come from texts held out of folds."""
    scores = out_of_fold(name, config.model, folds)
    truth = np.concatenate([held_out.truth for _, held_out in folds])
    ends = np.cumsum([len(held_out.truth) for _, held_out in folds])[:-1]
    losses = np.split(row_losses(truth, scores), ends)
    threshold = abstention_threshold(truth, scores, config.decision.answer_accuracy)
    return Candidate(fit(name, config.model, rows), losses, scores, threshold)


def out_of_fold(name: str, settings: Model, folds: list[Fold]) -> Floats:
    """Return a candidate's probabilities of the texts held out of each fold."""
    answers = []
    for rows, held_out in folds:
        pipeline = require_exact(fit(name, settings, rows))
        scores = np.zeros((len(held_out.texts), rows.classes))  # 0 for a class the fold lacks
        scores[:, pipeline.classes_] = pipeline.predict_proba(held_out.texts)
        answers.append(scores)
    return np.concatenate(answers)


def abstention_threshold(truth: Indices, scores: Floats, share: float) -> float:
    """Return the least probability from which on at least ``share`` of the answers are right.

    1 (never answer) where no threshold does it on these texts.
    """
    best = scores.max(axis=1)
    order = np.argsort(-best, kind="stable")
    right = (scores.argmax(axis=1) == truth)[order]
    shares = np.cumsum(right) / np.arange(1, len(right) + 1)
    enough = np.flatnonzero(shares >= share)
    return float(best[order][enough[-1]]) if len(enough) else 1.0
