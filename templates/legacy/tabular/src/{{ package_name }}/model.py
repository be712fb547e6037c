"""The models: gradient-boosted trees or an isolation forest, and the baselines they must beat."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from .data.encode import Inputs
from .settings import Config


def as_frame(inputs: Inputs) -> pd.DataFrame:
    """Return the graph's inputs side by side, numbers first, as the pipelines take them."""
    return pd.concat([pd.DataFrame(array) for array in inputs.values()], axis=1, ignore_index=True)


def folds(config: Config, groups: NDArray[Any] | None) -> Any:
    """Return the cross-validation that imitates the split: rows that belong together stay so.

    With a split by time the folds are blocks of time, so that no row is predicted by a model
    that knows its neighbours of the same hours.
    """
    if config.split.rule == "time":
        return KFold(4)
    if groups is not None:
        return GroupKFold(4)
    kinds = StratifiedKFold if config.task in ("binary", "multiclass") else KFold
    return kinds(4, shuffle=True, random_state=config.seed)


def build(config: Config, inputs: Inputs, calibrated: bool = True) -> Pipeline:
    """Return the model that is served, unfitted.

    Every step is one that skl2onnx converts exactly; calibration is the last of them because
    around the whole pipeline it does not convert. Category columns are one-hot encoded: the
    trees' own handling of categories gives other answers in ONNX.
    """
    trees: dict[str, Any] = {
        "max_iter": config.model.max_iter,
        "learning_rate": config.model.learning_rate,
        "max_leaf_nodes": config.model.max_leaf_nodes,
        "min_samples_leaf": config.model.min_samples_leaf,
        "l2_regularization": config.model.l2_regularization,
        "early_stopping": False,
        "random_state": config.seed,
    }
    if config.task == "anomaly":
        forest = IsolationForest(n_estimators=config.model.max_iter, random_state=config.seed)
        return make_pipeline(_encode(inputs, SimpleImputer(strategy="median")), forest)
    if config.task == "regression":
        return make_pipeline(_encode(inputs), HistGradientBoostingRegressor(**trees))
    boosted = HistGradientBoostingClassifier(**trees)
    if calibrated:
        inner = KFold(3) if config.split.rule == "time" else 3
        boosted = CalibratedClassifierCV(boosted, method="sigmoid", cv=inner, ensemble=False)
    return make_pipeline(_encode(inputs), boosted)


def baselines(config: Config, inputs: Inputs) -> dict[str, Any]:
    """Return the unfitted baselines: a trivial one, and a linear one that is not easy to beat."""
    if config.task == "anomaly":
        return {"distance_to_centre": Distance(_encode(inputs, _scaled()))}
    if config.task == "regression":
        return {
            "mean": make_pipeline(_encode(inputs), DummyRegressor()),
            "linear": make_pipeline(_encode(inputs, _scaled()), Ridge(10.0)),
        }
    linear = LogisticRegression(C=0.1, max_iter=1000)
    return {
        "base_rate": make_pipeline(_encode(inputs), DummyClassifier(strategy="prior")),
        "linear": make_pipeline(_encode(inputs, _scaled()), linear),
    }


def scores(model: Any, frame: pd.DataFrame, task: str) -> NDArray[np.float64]:
    """Return probabilities [rows, classes], predicted values [rows] or anomaly scores [rows].

    A higher anomaly score is more unusual.
    """
    if task == "regression":
        return np.asarray(model.predict(frame), dtype=np.float64)
    if task == "anomaly":
        return -np.asarray(model.decision_function(frame), dtype=np.float64)
    return np.asarray(model.predict_proba(frame), dtype=np.float64)


class Distance:
    """The simple anomaly score: how far a row lies from the mean, in standard deviations."""

    def __init__(self, encode: ColumnTransformer) -> None:
        self.encode = encode

    def fit(self, frame: pd.DataFrame, _target: object = None) -> Distance:
        """Learn means and standard deviations."""
        self.encode.fit(frame)
        return self

    def decision_function(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Return minus the root mean square of the standardised values, one a row."""
        standardised = np.asarray(self.encode.transform(frame), dtype=np.float64)
        return np.asarray(-np.sqrt((standardised**2).mean(axis=1)))


def _scaled() -> Pipeline:
    return make_pipeline(SimpleImputer(strategy="median"), StandardScaler())


def _encode(inputs: Inputs, numbers: Any = "passthrough") -> ColumnTransformer:
    widths = {name: array.shape[1] for name, array in inputs.items()}
    count = widths.get("numbers", 0)
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)
    steps = [("numbers", numbers, list(range(count)))]
    steps.append(("categories", one_hot, list(range(count, count + widths.get("categories", 0)))))
    return ColumnTransformer([step for step in steps if step[2]])
