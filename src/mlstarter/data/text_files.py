"""Files of texts that the tool reads and a project of texts, which reads them with pandas, not."""

from __future__ import annotations

from mlstarter.data.archives import holds_more, read_bytes
from mlstarter.data.csv_rows import surplus_cells
from mlstarter.data.encodings import check
from mlstarter.data.errors import DataError
from mlstarter.data.inspect import Inspection
from mlstarter.data.show import excerpt, quote

JSON_INTEGERS = range(-(2**63), 2**64)  # that pandas reads


def refuse_unread_file(looked_at: Inspection) -> None:
    """Raise DataError for a file at which only training would fail."""
    settings, path, name = looked_at.settings, looked_at.path, excerpt(looked_at.path.name)
    if holds_more(path):
        raise DataError(
            f"{name} holds hidden files or a folder beside its table, and a project of texts reads "
            "none such.",
            hint="unpack it, and give the table itself",
        )
    if settings.comment:
        raise DataError(
            f"{name} has lines of comments, and a project of texts reads none such.",
            hint="take the comments out",
        )
    if settings.format == "csv":
        text = check(read_bytes(path), settings.encoding, path.name)
        if surplus := surplus_cells(text, settings):
            line, count, width = surplus
            raise DataError(
                f"{name}, line {line:,}, has {count} cells, and the first row {width}: a project "
                "of texts reads rows of one width.",
                hint="take the empty cells off its end, or give each a name in the first row",
            )
    if settings.format in ("json", "jsonl"):
        for column, cells in looked_at.table.columns.items():
            numbers = (cell for cell in cells if isinstance(cell, int))
            if large := next((n for n in numbers if n not in JSON_INTEGERS), None):
                raise DataError(
                    f"{quote(column)} of {name} holds {excerpt(large, 40)}, and a project of texts "
                    "reads no numbers of so many digits.",
                    hint="write them as texts, in quotes, or leave that column out",
                )
