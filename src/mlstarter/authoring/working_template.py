"""A template that somebody is working on: the folder as it stands, without what git ignores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlstarter import watchdog
from mlstarter.errors import UsageError
from mlstarter.files import TemporaryFolder
from mlstarter.sources.assemble import assemble, is_layered
from mlstarter.sources.own_files import own_files_only
from mlstarter.sources.template import Template, engine_of


@contextmanager
def working_copy(folder: Path) -> Iterator[Template]:
    """Yield the template in ``folder``; one in layers is assembled in a temporary place.

    Raises:
        UsageError: there is no such folder.
        TemplateError: it holds no template.
    """
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.", hint="give the template's folder")
    watchdog.arm()
    source = str(folder.absolute())
    if is_layered(folder):
        with TemporaryFolder(prefix="mlstarter-template-") as work:
            watchdog.tidy_up(work)
            root = Path(work) / folder.resolve().name
            assemble(own_files_only(folder), root)
            yield Template(source, None, root, engine_of(root, str(folder)))
        return
    engine = engine_of(folder, str(folder))
    yield Template(source, None, own_files_only(folder.absolute()), engine)
