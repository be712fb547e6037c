"""Names, numbers and sentences that README, report and model card share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TITLES = {
    "roc_auc": "ROC AUC",
    "average_precision": "Average precision",
    "log_loss": "Log-loss",
    "brier": "Brier score",
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "f1": "F1",
    "mae": "Mean absolute error",
    "rmse": "Root mean squared error",
    "r2": "R²",
    "wer": "Word error rate",
    "cer": "Character error rate",
    "wer_own_recordings": "Word error rate on own recordings",
    "wer_real_words": "Word error rate on recorded words of real people",
    "ctc_convolutions": "CTC convolutions",
    "greedy": "The same without lexicon",
    "silence": "Always silent",
    "cost": "Cost a row",
    "hist_gradient_boosting": "Gradient-boosted trees",
    "tf_idf_linear": "TF-IDF, linear",
    "text_cnn": "Text CNN",
}
SAMPLE = "This project still runs on the embedded sample, not on data of its author's choice."


def title(name: str) -> str:
    """Return a metric's, baseline's or model's name as people write it."""
    return TITLES.get(name, name.replace("_", " ").capitalize())


def number(value: float) -> str:
    """Return a number with three digits behind the point, fewer where it is large."""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def interval(found: Mapping[str, Any]) -> str:
    """Return `value [low, high]`."""
    return f"{number(found['value'])} [{number(found['low'])}, {number(found['high'])}]"


def arrow(found: Mapping[str, Any]) -> str:
    """Return whether higher or lower is better."""
    return "higher is better" if found["higher_is_better"] else "lower is better"


def difference(found: Mapping[str, Any], higher_is_better: bool) -> str:
    """Say how the model compares with its baseline, and whether that is significant."""
    better = (found["value"] > 0) == higher_is_better
    sentence = (
        f"Against {title(found['against']).lower()} the difference in {title(found['metric'])} is "
        f"{found['value']:+.3f} [{found['low']:+.3f}, {found['high']:+.3f}]"
    )
    if not found["significant"]:
        return (
            f"{sentence}, which is **not significant**: on these data the simpler model would "
            "serve as well."
        )
    if better:
        return f"{sentence}: the model is significantly better."
    return f"{sentence}: the model is **significantly worse**, so the simpler one should be used."


def result_table(results: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Return columns and rows: a row a metric, a column the model and each baseline."""
    models = {results["model"]["name"]: results["metrics"], **results["baselines"]}
    columns = ["Metric", *(title(name) for name in models)]
    rows = []
    for name, found in results["metrics"].items():
        cells = [interval(of[name]) if name in of else "-" for of in models.values()]
        rows.append([f"{title(name)} ({arrow(found)})", *cells])
    return columns, rows
