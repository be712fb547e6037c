"""Runs features.sql over the data's tables and returns one typed table."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from ..errors import ProjectError
from ..settings import Config
from .checks import check_target
from .schema import Feature, Schema
from .sql import identifier, text
from .tables import connect


def load(config: Config, schema: Schema, root: Path = Path()) -> pd.DataFrame:
    """Return the rows of features.sql: numbers as float64, categories and target as text.

    Rows without a target are dropped; of more than `data.max_rows` about that many are drawn, the
    same ones each time. A feature, target or split column that the query lacks, and a target that
    cannot be learned, raise ``ProjectError``.
    """
    with connect(config, root) as database:
        try:
            relation = query(database, root)
            casts = {feature.name: cast(feature) for feature in schema.features}
            if schema.target.name:
                kind = "DOUBLE" if config.task == "regression" else "VARCHAR"
                casts[schema.target.name] = f"CAST({identifier(schema.target.name)} AS {kind})"
            named = [*casts, config.split.column, config.evaluation.cluster]
            for name in [*named, *config.evaluation.slices]:
                if name and name not in relation.columns:
                    raise ProjectError(f"features.sql gives no column {name!r}")
            if schema.target.name:
                relation = relation.filter(f"{identifier(schema.target.name)} IS NOT NULL")
            columns = [
                f"{casts[c]} AS {identifier(c)}" if c in casts else identifier(c)
                for c in relation.columns
            ]
            frame: pd.DataFrame = drawn(relation, config).project(", ".join(columns)).df()
        except duckdb.Error as error:
            raise ProjectError(f"features.sql: {str(error).splitlines()[0]}") from None
    check_target(frame, schema.target.name, config.task)
    return frame


def query(database: duckdb.DuckDBPyConnection, root: Path = Path()) -> duckdb.DuckDBPyRelation:
    """Return what features.sql asks for; nothing is computed before its rows are wanted."""
    sql = (root / "features.sql").read_text(encoding="utf-8").strip().rstrip(";")
    return database.sql(sql)


def drawn(relation: duckdb.DuckDBPyRelation, config: Config) -> duckdb.DuckDBPyRelation:
    """Return all rows, or about `data.max_rows` of them, spread over the whole and repeatable."""
    ((total,),) = relation.count("*").fetchall()
    if total <= config.data.max_rows:
        return relation
    # A multiplicative hash of the row's place (Knuth, TAOCP 3, 6.4): the draw then depends neither
    # on the number of threads nor on DuckDB's version.
    place = f"((row_number() OVER () + {config.seed}) * 2654435761) % 4294967296"
    numbered = relation.project(f"*, {place} AS draw__")
    limit = int(4294967296 * config.data.max_rows / total)
    return numbered.filter(f"draw__ < {limit}").project("* EXCLUDE draw__")


def cast(feature: Feature) -> str:
    """Return SQL for a feature: a text, a number, or 1 and 0; its marks for missing values NULL."""
    name = identifier(feature.name)
    if feature.missing:
        marks = ", ".join(map(text, feature.missing))
        name = f"CASE WHEN trim(CAST({name} AS VARCHAR)) NOT IN ({marks}) THEN {name} END"
    if feature.kind == "boolean":
        name = f"CAST({name} AS BOOLEAN)"
    return f"CAST({name} AS {'VARCHAR' if feature.kind == 'category' else 'DOUBLE'})"
