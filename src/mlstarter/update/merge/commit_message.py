"""The words of the commits that an update makes."""

from __future__ import annotations

from collections.abc import Sequence

from mlstarter.git.template_commits import TemplateOrigin
from mlstarter.update.merge.changes import KINDS, Change

# A message is read in a terminal; beyond this, the commit itself lists the files.
_NAMED_AT_MOST = 100


def merge_message(
    old: TemplateOrigin,
    new: TemplateOrigin,
    changes: Sequence[Change],
    prefix: str,
    *,
    adopt: bool = False,
    only_layers: bool = False,
) -> str:
    """Return a merge commit's message: which versions, and what happens to which files.

    ``only_layers`` says that the render is the same and the layers over it have changed.
    """
    subject = _subject(old, new, prefix, adopt, only_layers)
    return "\n\n".join([subject, f"Template: {new.source}", *_files(changes)]) + "\n"


def _subject(
    old: TemplateOrigin, new: TemplateOrigin, prefix: str, adopt: bool, only_layers: bool
) -> str:
    where = f" of {prefix}" if prefix else ""
    if adopt:
        version = f" {old.version}" if old.version else ""
        return f"Record which template{version} this project{where} was made from"
    if only_layers:
        version = f" {new.version}" if new.version else ""
        return f"Update the layers{where} over the template{version}"
    if old.version == new.version:
        version = f" {new.version}" if new.version else ""
        return f"Render the template{version}{where} with other answers"
    return f"Update the template{where} from {old.version or 'its old state'} to {new.version}"


def _files(changes: Sequence[Change]) -> list[str]:
    paragraphs = []
    room = _NAMED_AT_MOST
    for kind in KINDS:
        lines = [_line(change) for change in changes if change.kind == kind]
        if lines:
            named_lines = lines[: max(room, 0)]
            room -= len(named_lines)
            more = (
                [f"  and {len(lines) - len(named_lines)} more"]
                if len(named_lines) < len(lines)
                else []
            )
            title = "Conflicts in" if kind == "conflicting" else kind.capitalize()
            paragraphs.append("\n".join([f"{title}:", *named_lines, *more]))
    return paragraphs


def _line(change: Change) -> str:
    if change.old_path is not None:
        return f"  {change.old_path} -> {change.path}"
    return f"  {change.path}"
