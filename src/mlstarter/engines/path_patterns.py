"""Patterns of files as ``.gitignore`` has them, which settings of templates and projects hold."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

from mlstarter.engines.protocol import PathTest
from mlstarter.errors import TemplateError


def path_test(patterns: Iterable[str], setting: str) -> PathTest:
    """Return what says whether a path matches any of the patterns.

    Matching may take time without end (``a*a*a*a*b``), so it belongs into ``bounded_evaluation``.

    Raises:
        TemplateError: a pattern of ``setting`` is none.
    """
    from pathspec import PathSpec

    with warnings.catch_warnings():
        # Python warns of `[[`, which it may read in another way one day.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            spec = PathSpec.from_lines("gitignore", patterns)
        except (ValueError, re.error) as error:
            raise TemplateError(
                f"{setting} is not valid: {error}.",
                hint="it takes patterns of .gitignore; mend it, or tell the template's author",
            ) from error
    return spec.match_file
