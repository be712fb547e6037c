"""Render a Cookiecutter template: in this process, or with its code by Cookiecutter itself.

In this process everything happens in memory and in Jinja's sandbox (Cookiecutter's own
environment lets a template run any Python and write any file). What comes out is what
``cookiecutter`` writes; ``tests/engines/test_cookiecutter.py`` proves it. Hooks and Jinja
extensions need trust, and then ``generate_files`` does the work in a process of its own.
"""

from __future__ import annotations

import json
import os
import posixpath
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Template as JinjaTemplate
from jinja2 import UndefinedError

from mlstarter.bounds import MAX_FILES, MAX_TREE_BYTES, too_large
from mlstarter.engines.chance import current
from mlstarter.engines.cookiecutter.config import CookiecutterConfig, is_copied
from mlstarter.engines.jinja import cookiecutter_environment
from mlstarter.engines.path_safety import UnsafePath, checked_path
from mlstarter.engines.result import Render, read_rendered
from mlstarter.errors import MlstarterError, TemplateError
from mlstarter.escape import shell_word
from mlstarter.files import TemporaryFolder, file_mode
from mlstarter.programs import run_program
from mlstarter.sources.template import Template
from mlstarter.tree import Entry

if TYPE_CHECKING:
    from mlstarter.engines.cookiecutter.engine import CookiecutterEngine

PRIVATE = ("__prompts__",)


def render_cookiecutter(engine: CookiecutterEngine, answers: Mapping[str, Any]) -> Render:
    """Return the project that a Cookiecutter template makes of complete ``answers``.

    Raises:
        TemplateError: the template is wrong or would write where it may not.
    """
    template = engine.template
    context = _context(engine, answers)
    if template.is_trusted:
        return _with_cookiecutter(template, context)
    try:
        return Render(_Renderer(engine.config, context).render())
    except UndefinedError as error:
        raise TemplateError(
            f"The template {template.source} uses a variable that it does not define: {error}.",
            hint="tell its author",
        ) from error
    except (MlstarterError, MemoryError):
        raise
    except Exception as error:
        # A text of a template may raise anything.
        raise TemplateError(
            f"The template {template.source} cannot be rendered: {error}",
            hint=f"try it with Cookiecutter alone: cookiecutter {shell_word(template.source)}",
        ) from error


def folder_name(engine: CookiecutterEngine, answers: Mapping[str, Any]) -> str:
    """Return the name that the template gives to the project's folder."""
    renderer = _Renderer(
        engine.config, _context(engine, answers), is_trusted=engine.template.is_trusted
    )
    return renderer.text(engine.config.project_folder)


def _context(engine: CookiecutterEngine, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables as Cookiecutter passes them on, in the order of its file.

    Folders of this machine are for templates that somebody trusts. One that names them needs
    trust (``machine_reads``); one that prints every variable gets no folder.
    """
    template, is_trusted = engine.template, engine.template.is_trusted
    variables = engine.config.variables
    values = {name: answers[name] for name in variables if name in answers and name not in PRIVATE}
    values |= {
        "_template": template.source,
        "_output_dir": str(Path.cwd()) if is_trusted else ".",
        "_repo_dir": str(template.root) if is_trusted else ".",
        "_checkout": template.version,
    }
    original = {
        name: _with_answer(raw, answers.get(name, raw))
        for name, raw in variables.items()
        if not name.startswith("_")
    }
    return {"cookiecutter": values, "_cookiecutter": original}


def _with_answer(raw: Any, answer: Any) -> Any:
    """Return a variable as written, with an answer in the place of its default."""
    if isinstance(raw, list) and answer in raw:
        return [answer, *(entry for entry in raw if entry != answer)]
    return answer if isinstance(raw, bool | dict) else raw


class _Renderer:
    """Renders in memory, file by file in Cookiecutter's order: a text may change a variable."""

    def __init__(
        self, config: CookiecutterConfig, context: dict[str, Any], *, is_trusted: bool = False
    ) -> None:
        self.config = config
        self.context = context
        self.root = config.root.resolve()
        self.start = self.root / config.project_folder
        folders = (self.start, self.root / "templates")
        self._refuse_link(self.start)
        self.environment = cookiecutter_environment(config, folders, is_trusted=is_trusted)
        self.tree: dict[str, Entry] = {}
        self.folders: set[str] = set()
        self.size = 0
        self._texts: dict[str, JinjaTemplate] = {}

    def render(self) -> dict[str, Entry]:
        self._refuse_name(self.text(self.config.project_folder))
        for folder, names, files in os.walk(self.start):
            below = Path(folder).relative_to(self.start)
            inner = []
            for name in sorted(names):
                path = (below / name).as_posix()
                self._refuse_link(self.start / path)
                if self._is_copied(path):
                    self._copy_folder(path)
                else:
                    inner.append(name)
                    self._folder(path)
            names[:] = inner
            for name in sorted(files):
                self._file((below / name).as_posix())
        return self.tree

    def text(self, source: str) -> str:
        """Return a path's text rendered."""
        if source not in self._texts:
            self._texts[source] = self.environment.from_string(source)
        return self._texts[source].render(self.context)

    def _folder(self, path: str) -> None:
        folder = posixpath.normpath(self.text(path))
        if folder == "." or folder in self.folders:
            raise TemplateError(
                f"The template's folder {path} becomes one that exists already.",
                hint="choose other answers, or tell the template's author",
            )
        self.folders.add(checked_path(folder))

    def _file(self, path: str) -> None:
        source = self.start / path
        self._refuse_link(source)
        target = self.text(path)
        normal = posixpath.normpath(target) if target else ""
        if not target or target.endswith("/") or normal in self.folders:
            return  # a name that renders to nothing leaves the file out
        if self._is_copied(path) or _is_binary(source):
            data = source.read_bytes()
        else:
            data = self._render_file(path)
        self._add(checked_path(target), source, data)

    def _add(self, path: str, source: Path, data: bytes) -> None:
        self.size += len(data)
        if self.size > MAX_TREE_BYTES:
            raise too_large("The project", f"{MAX_TREE_BYTES // 1_000_000} MB")
        if len(self.tree) >= MAX_FILES:
            raise too_large("The project", f"{MAX_FILES} files")
        self.tree[path] = Entry(file_mode(source), data)

    def _render_file(self, path: str) -> bytes:
        text = self.environment.get_template(path).render(self.context)
        newline = self.context["cookiecutter"].get("_new_lines") or newline_of(self.start / path)
        # What Python does for open(..., newline=newline).
        return text.replace("\n", newline).encode()

    def _copy_folder(self, path: str) -> None:
        """Copy a folder whose files are not rendered; only its own path is."""
        target = self.text(path)
        for folder, names, files in os.walk(self.start / path, followlinks=True):
            names.sort()
            for name in (*names, *files):
                self._refuse_link(Path(folder) / name)
            below = Path(folder).relative_to(self.start / path)
            for name in sorted(files):
                source = Path(folder) / name
                inner = checked_path(posixpath.join(target, below.as_posix(), name))
                self._add(inner, source, source.read_bytes())

    def _is_copied(self, path: str) -> bool:
        patterns = self.context["cookiecutter"].get("_copy_without_render") or ()
        return is_copied(path, patterns)

    def _refuse_link(self, path: Path) -> None:
        if not path.is_symlink():
            return
        real = path.resolve()
        if not real.is_relative_to(self.root) or path.parent.resolve().is_relative_to(real):
            raise UnsafePath(
                f"The template's symbolic link {path.relative_to(self.root)} leads out of the "
                "template, or in a circle.",
                hint="do not use this template, and tell its author",
            )

    def _refuse_name(self, name: str) -> None:
        # An empty one is fine: who says DEST names the folder.
        if name and (checked_path(name) != name or "/" in name):
            raise UnsafePath(
                f"The template would make its project outside the destination: {name!r}.",
                hint="choose another name for the project",
            )


def _is_binary(path: Path) -> bool:
    from binaryornot.check import is_binary

    return bool(is_binary(str(path)))


def newline_of(path: Path) -> str:
    """Return the line end that Cookiecutter writes for the file at ``path``."""
    with path.open(encoding="utf-8") as file:
        file.readline()
        newlines = file.newlines
    first = newlines[0] if isinstance(newlines, tuple) else newlines
    return first or os.linesep


def _with_cookiecutter(template: Template, context: dict[str, Any]) -> Render:
    with (
        TemporaryFolder(prefix="mlstarter-cookiecutter-") as work,
        TemporaryFolder(prefix="mlstarter-hooks-") as scripts,
    ):
        context["cookiecutter"]["_output_dir"] = work
        chance = current()
        call = {
            "root": str(template.root),
            "out": work,
            "context": context,
            "seed": chance.seed,
        }
        process = run_program(
            [sys.executable, "-m", "mlstarter.engines.cookiecutter.process"],
            stdin=json.dumps(call).encode(),
            stdout=subprocess.PIPE,
            # Cookiecutter renders hooks there, and leaves them where it is interrupted.
            env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), scripts)},
        )
        try:
            answer = json.loads(process.stdout)
        except ValueError:
            answer = {"message": f"exit status {process.returncode}"}
        if "project" not in answer:
            raise TemplateError(
                f"The template {template.source} failed: {' '.join(answer['message'].split())}",
                hint="what its hooks printed stands above",
            )
        chance.was_used |= answer["drawn"]
        project = Path(answer["project"])
        if not project.is_dir():
            raise TemplateError(
                f"The hooks of the template {template.source} took the project's folder away.",
                hint="tell its author",
            )
        return read_rendered(project)
