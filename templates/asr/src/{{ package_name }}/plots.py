"""The plots of the report, as SVG files in artifacts/plots/."""

from typing import Any

import matplotlib
from matplotlib.figure import Figure

from .export import ARTIFACTS

matplotlib.rcParams["svg.hashsalt"] = "plots"  # or each file would differ from the last


def draw(evaluation: dict[str, Any], chosen: str) -> list[dict[str, str]]:
    """Write the plots, and return file, title and text of each."""
    rates = {f"{chosen} (served)": evaluation["metrics"]["wer"]}
    if "wer_own_recordings" in evaluation["metrics"]:
        rates["served, own recordings"] = evaluation["metrics"]["wer_own_recordings"]
    rates |= {name: scores["wer"] for name, scores in evaluation["candidates"].items()}
    noise = {row["group"]: row for row in evaluation["slices"] if row["column"] == "noise"}
    errors, silent = evaluation["details"]["errors"], evaluation["details"]["no_speech"]
    text = (
        f"On validation. Without noise {', '.join(f'{n} {kind}' for kind, n in errors.items())}. In "
        f"{silent['clips']} clips without speech words are heard in {silent['clips_with_words']}."
    )
    own = "Own recordings were read by `record`." if len(rates) > 3 else "No real voice is in it."
    return [
        plot(rates, "comparison", "Word error rates on the test part", own),
        plot(noise, "noise", "Under white noise", text),
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
