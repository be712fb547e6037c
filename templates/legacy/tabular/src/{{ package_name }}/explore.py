"""`explore`: a first look at the data, as one HTML file without references.

It reads the training and the validation split. The test split stays unread: whoever chooses
features by what it shows has no test left.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from . import settings
from .associations import associations
from .data import schema as schemas
from .data import split
from .data.load import load
from .data.schema import Schema
from .drawings import association_bars, heatmap, histograms, over_time, scatter, scree
from .files import write
from .progress import progress
from .report import Section, Table
from .report.html import document
from .report.words import SAMPLE
from .settings import Config
from .structure import clusters, components, stability

PATH = Path("reports/explore.html")
SUSPICIOUS = 0.9  # power of one column, from which it is named a suspect
STRONGEST = 12


def run() -> None:
    """Write reports/explore.html."""
    config = settings.load()
    schema = schemas.load()
    with threadpool_limits(config.threads):
        write(PATH, explore(config, schema))
    print(f"Open {PATH} in a browser.", file=sys.stderr)


def explore(config: Config, schema: Schema) -> str:
    """Return the page for the training and validation splits."""
    with progress("Looking at the data", 7) as done:
        frame = load(config, schema)
        frame = frame[split.assign(frame, config, schema) != "test"].reset_index(drop=True)
        done(1)
        names = [feature.name for feature in schema.features]
        numbers = [f.name for f in schema.features if f.kind != "category"]
        sections = [_columns(frame, schema)]
        done(1)
        sections += [_missing(frame, names), *_correlations(frame, numbers)]
        done(1)
        sections += _components(frame, numbers, config, schema)
        done(1)
        if schema.target.name and config.task != "anomaly":
            sections += _target(frame, schema, config)
        done(1)
        sections += [_left_out(schema), _drift(frame, names, config, schema)]
        done(1)
        page = document(f"{config.project}: a first look", _intro(frame, schema, config), sections)
        done(1)
    return page


def _intro(frame: pd.DataFrame, schema: Schema, config: Config) -> str:
    facts = [
        f"A row is {schema.row or '... say it in schema.toml'}.",
        f"{len(frame):,} rows of the training and validation splits are shown, with "
        f"{len(schema.features)} features; the test split stays unread.",
    ]
    copies = int(frame.duplicated([f.name for f in schema.features]).sum())
    facts.append(f"{copies:,} rows repeat the features of an earlier one.")
    if target := schema.target.name:
        values = frame[target]
        if config.task == "regression":
            words = ", ".join(f"{q:.0%} {values.quantile(q):,.4g}" for q in (0.05, 0.5, 0.95))
            facts.append(f"The target {target} has the quantiles {words}.")
        else:
            words = ", ".join(f"{k} {v:.1%}" for k, v in values.value_counts(True).head(10).items())
            facts.append(f"The target {target}: {words}.")
    if config.data.source == "sample":
        facts.append(SAMPLE)
    return "\n".join(f"<p>{escape(fact)}</p>" for fact in facts)


def _columns(frame: pd.DataFrame, schema: Schema) -> Section:
    rows = []
    for feature in schema.features:
        column = frame[feature.name]
        known = column.dropna()
        if feature.kind == "category":
            counts = known.value_counts(normalize=True).head(3)
            values = ", ".join(f"{value} {share:.0%}" for value, share in counts.items())
        else:
            low, middle, high = known.quantile([0.05, 0.5, 0.95]) if len(known) else [np.nan] * 3
            values = f"5 % {low:,.4g}, median {middle:,.4g}, 95 % {high:,.4g}"
        share = column.isna().mean()
        rows.append([feature.name, feature.kind, f"{share:.1%}", f"{known.nunique():,}", values])
    head = ["column", "kind", "missing", "values", "distribution"]
    text = (
        "Numbers in equal steps from their 1 % to their 99 % quantile; the eight commonest texts."
    )
    return Section("Columns", text, Table(head, rows), histograms(frame, schema), "columns")


def _missing(frame: pd.DataFrame, names: list[str]) -> Section:
    gaps = frame[names].isna()
    if not gaps.any(axis=None):
        return Section("Missing values", "There are none.")
    patterns = gaps.value_counts().head(8)
    rows = []
    for pattern, count in zip(patterns.index.tolist(), patterns, strict=True):
        pattern = pattern if isinstance(pattern, tuple) else (pattern,)
        missing = [name for name, gap in zip(names, pattern, strict=True) if gap]
        rows.append([", ".join(missing) or "nothing", f"{count:,}", f"{count / len(frame):.1%}"])
    text = (
        "Which columns are missing together. Values that go missing together often have one cause; "
        "look whether that cause is known when the model is asked."
    )
    return Section("Missing values", text, Table(["missing together", "rows", "share"], rows))


def _correlations(frame: pd.DataFrame, numbers: list[str]) -> list[Section]:
    varied = [name for name in numbers if frame[name].nunique() > 1]
    if len(varied) < 2:
        return []
    ranks = frame[varied].corr(method="spearman").to_numpy()
    above = np.triu_indices(len(varied), 1)
    order = np.argsort(-np.nan_to_num(np.abs(ranks[above])))[:STRONGEST]
    rows = [[varied[above[0][i]], varied[above[1][i]], f"{ranks[above][i]:+.2f}"] for i in order]
    text = (
        "Spearman's rank correlation of each pair of numbers. Two columns near +1 or -1 say the "
        "same: a linear model cannot divide the credit between them."
    )
    table = Table(["column", "with", "correlation"], rows)
    return [Section("Correlations", text, table, heatmap(ranks, varied), "correlations")]


def _components(
    frame: pd.DataFrame, numbers: list[str], config: Config, schema: Schema
) -> list[Section]:
    found = components(frame, numbers)
    if found is None:
        return []
    kept = max(2, int((found.eigenvalues > found.chance).sum()))
    shown = range(min(kept, 5))
    shares = found.eigenvalues / found.eigenvalues.sum()
    rows = [
        ["eigenvalue", *(f"{found.eigenvalues[i]:.2f}" for i in shown)],
        ["share of the variance", *(f"{shares[i]:.1%}" for i in shown)],
    ]
    for name, loadings in zip(found.names, found.loadings, strict=True):
        rows.append([name, *(f"{loadings[i]:+.2f}" for i in shown)])
    text = (
        f"Of the correlation matrix, missing values at the median. {kept} eigenvalues lie above "
        f"{found.chance:.2f}, the most that unrelated columns would give. A loading is the "
        "correlation of a column with a component."
    )
    head = ["", *(f"component {i + 1}" for i in shown)]
    labels, quality = clusters(found, config.seed)
    return [
        Section("Principal components", text, Table(head, rows), scree(found), "components"),
        _clusters(frame, labels, quality, schema, config, scatter(found, labels, config.seed)),
    ]


def _clusters(
    frame: pd.DataFrame,
    labels: np.ndarray,
    quality: dict[int, float],
    schema: Schema,
    config: Config,
    figure: str,
) -> Section:
    numbers = [f.name for f in schema.features if f.kind != "category"]
    values = frame[numbers]
    away = (values.groupby(labels).mean() - values.mean()) / values.std()
    rows = []
    for label in np.unique(labels):
        distances, inside = away.loc[label], labels == label
        strongest = distances.abs().sort_values(ascending=False).index[:4]
        words = ", ".join(f"{name} {distances[name]:+.1f}" for name in strongest)
        rows.append([f"{label + 1}", f"{inside.mean():.0%}", words])
        if target := schema.target.name:
            rows[-1].append(_typical(frame.loc[inside, target], config))
    best = max(quality, key=lambda k: quality[k])
    tried = ", ".join(f"{k}: {score:.2f}" for k, score in quality.items())
    text = (
        f"k-means on the components; the mean silhouette ({tried}) is best for {best} clusters. "
        "Below about 0.25 the data have no clear groups. Distances are in standard deviations "
        "from the mean of all rows."
    )
    head = ["cluster", "share", "how it differs", *(["target"] if schema.target.name else [])]
    return Section("Clusters", text, Table(head, rows), figure, "clusters")


def _typical(values: pd.Series, config: Config) -> str:
    if config.task == "regression":
        return f"mean {values.mean():,.4g}"
    shares = values.value_counts(normalize=True).head(2)
    return ", ".join(f"{value} {share:.0%}" for value, share in shares.items())


def _target(frame: pd.DataFrame, schema: Schema, config: Config) -> list[Section]:
    found = associations(frame, schema, config.task)
    rows = [
        [
            one.name, one.test, f"{one.effect:.3f}", "< 0.0001" if one.p < 1e-4 else f"{one.p:.4f}",
            f"{one.bits:.4f}", f"{one.power:.2f}",
        ]
        for one in found
    ]  # fmt: skip
    text = (
        "One column at a time: ANOVA (effect: eta squared), chi-squared (Cramér's V) or "
        "correlation (its square), p adjusted for testing many columns (Benjamini-Hochberg); "
        "mutual information in bits; and how well the column alone separates rows that were not "
        "looked at, from 0 to 1. With many rows tiny effects are significant: read the effect."
    )
    head = ["column", "test", "effect", "adjusted p", "bits", "alone"]
    figure = association_bars(found[:STRONGEST])
    suspects = [[one.name, f"{one.power:.3f}"] for one in found if one.power > SUSPICIOUS]
    warning = (
        "These columns alone (nearly) give the target away. Ask for each when it becomes known; "
        "if that is after the target, move it to [exclude] in schema.toml."
        if suspects
        else f"No single feature separates the target above {SUSPICIOUS}."
    )
    table = Table(["column", "alone"], suspects) if suspects else None
    return [
        Section("Association with the target", text, Table(head, rows), figure, "target"),
        Section("Leakage suspects", warning, table),
    ]


def _left_out(schema: Schema) -> Section:
    rows = [[name, why] for name, why in schema.exclude.items()]
    text = "Columns that schema.toml keeps from the model." if rows else "No column is excluded."
    return Section("Left out", text, Table(["column", "why"], rows) if rows else None)


def _drift(frame: pd.DataFrame, names: list[str], config: Config, schema: Schema) -> Section:
    timed = config.split.rule == "time"
    place = frame[config.split.column].rank(pct=True) if timed else (frame.index + 1) / len(frame)
    early, late = np.asarray(place <= 0.25), np.asarray(place > 0.75)
    if target := schema.target.name:
        names = [*names, target]
    indices = {name: stability(frame[name], early, late) for name in names}
    strongest = sorted(indices.items(), key=lambda item: -item[1])[:STRONGEST]
    rows = [[name, f"{value:.3f}"] for name, value in strongest]
    order = f"by {config.split.column}" if timed else "in the order of the file, for want of a time"
    text = (
        f"Population stability index between the first and the last quarter of the rows, {order}; "
        "above 0.1 is worth a look, above 0.25 a column has changed a lot. The figure follows the "
        "target through twenty equal parts, with 95 % intervals."
    )
    figure = over_time(frame, np.asarray(place), schema, config) if schema.target.name else ""
    return Section("Drift", text, Table(["column", "index"], rows), figure, "drift")
