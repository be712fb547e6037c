"""The plots of the report, as SVG files in artifacts/plots/."""

from typing import Any

import matplotlib
from matplotlib.figure import Figure

from .export import ARTIFACTS

matplotlib.rcParams["svg.hashsalt"] = "plots"  # or each file would differ from the last


def draw(evaluation: dict[str, Any], chosen: str) -> list[dict[str, str]]:
    """Write the plots, and return file, title and text of each."""
    real = {name: score for name, score in evaluation["metrics"].items() if name.startswith("wer_")}
    rates = {f"{chosen} (served)": evaluation["metrics"]["wer"]}
    rates |= {name.removeprefix("wer_").replace("_", " "): score for name, score in real.items()}
    rates |= {name: scores["wer"] for name, scores in evaluation["candidates"].items()}
    of = ", ".join(evaluation["details"].get("real", [])) or "there are no real recordings"
    noise = {row["group"]: row for row in evaluation["slices"] if row["column"] == "noise"}
    errors, silent = evaluation["details"]["errors"], evaluation["details"]["no_speech"]
    kinds = ", ".join(f"{count} {kind}" for kind, count in errors.items())
    return [
        plot(rates, "comparison", "Word error rates on the test part", f"Real voices: {of}."),
        plot(
            noise,
            "noise",
            "Under white noise",
            f"On validation, speech above noise. Without noise {kinds}. In {silent['clips']} made "
            f"clips without speech words are heard in {silent['clips_with_words']}.",
        ),
    ]


def plot(rates: dict[str, Any], name: str, title: str, text: str) -> dict[str, str]:
    """Draw error rates with their intervals, one a line."""
    figure = Figure(figsize=(7, 1 + 0.4 * len(rates)), layout="constrained")
    axes = figure.subplots()
    for place, score in enumerate(rates.values()):
        if score["value"] is not None:
            axes.plot([score["low"], score["high"]], [place, place], color="#2a6f97")
            axes.plot(score["value"], place, "o", color="#2a6f97")
    axes.set_yticks(range(len(rates)), list(rates))
    axes.set(xlabel="word error rate, 95 % interval", xlim=(0, None))
    axes.invert_yaxis()
    path = ARTIFACTS / "plots" / f"{name}.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    return {"file": path.name, "title": title, "text": text}
