"""Turn a Cookiecutter template into a Copier one.

Variables become questions, the project folder becomes ``template/``, hooks become tasks, and what
has no counterpart is listed. Whether the result writes the same projects is not believed but
proven: see ``prove``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from mlstarter import engines
from mlstarter.authoring.convert_questions import MAPPING, Names, copier_questions
from mlstarter.authoring.jinja_text import Delimiters, outside_strings, rewrite
from mlstarter.engines.cookiecutter.config import CookiecutterConfig, is_copied
from mlstarter.engines.cookiecutter.engine import CookiecutterEngine
from mlstarter.engines.cookiecutter.renderer import newline_of
from mlstarter.engines.machine_reads import require_delimiters
from mlstarter.errors import TemplateError, UsageError
from mlstarter.files import built_aside, file_mode, inside, move_into_place
from mlstarter.sources.template import Template
from mlstarter.tree import EXECUTABLE

SUFFIX = ".jinja"
INSIDE = "template"
ANSWERS = "# Written by Copier; do not edit by hand.\n"
# Kept beside the template, for its readers.
_PAGES = re.compile(r"(readme|licen[cs]e|changelog|authors|contributing)", re.IGNORECASE)
_EXTENSIONS = {
    "slugify": "cookiecutter.extensions.SlugifyExtension",
    "random_ascii_string": "cookiecutter.extensions.RandomStringExtension",
    "now": "cookiecutter.extensions.TimeExtension",
    "uuid4": "cookiecutter.extensions.UUIDExtension",
}


# Runs a hook as Cookiecutter does: from a file of its own, by Python or by its first line. A hook
# that keeps only the files it knows must not remove the record of the answers.
RUNNER = """\
import os, subprocess, sys, tempfile
name, answers_file, script = sys.argv[1:]
record = open(answers_file, "rb").read() if os.path.isfile(answers_file) else None
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(script)
    os.chmod(path, 0o700)
    command = [sys.executable, path] if name.endswith(".py") else [path]
    status = subprocess.call(command, shell=os.name == "nt")
if record is not None and not os.path.exists(answers_file):
    with open(answers_file, "wb") as file:
        file.write(record)
sys.exit(status)
"""
# What every system takes as one argument of a command (Windows: 32,767 for all of them).
LONGEST_SCRIPT = 30_000


@dataclass
class Conversion:
    """What came of a conversion: where it lies and what could not be carried over."""

    out: Path
    questions: int = 0
    files: int = 0
    tasks: int = 0
    losses: list[str] = field(default_factory=list)


def convert(template: Template, out: Path) -> Conversion:
    """Write ``template`` as a Copier template into the new folder ``out``.

    Raises:
        UsageError: it is no Cookiecutter template, or ``out`` holds something.
        TemplateError: the template is broken.
    """
    engine = engines.of(template)
    if not isinstance(engine, CookiecutterEngine):
        raise UsageError(
            f"{template.source} is a Copier template already.", hint="there is nothing to convert"
        )
    if engine.inner_templates:
        inner = ", ".join(folder for _, folder in engine.inner_templates.values())
        raise UsageError(
            f"{template.source} is a template of templates.", hint=f"convert one of them: {inner}"
        )
    out = out.absolute()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} exists already and is not empty.", hint="name another folder")
    with built_aside(out if out.is_dir() else out.parent, out.name) as folder:
        conversion = _Converter(engine.config, folder).convert()
        move_into_place(folder, out)
    conversion.out = out
    return conversion


class _Converter:
    def __init__(self, config: CookiecutterConfig, out: Path) -> None:
        self.config = config
        self.root = config.root
        self.out = out
        self.options = dict(self.config.variables.get("_jinja2_env_vars") or {})
        try:
            require_delimiters(self.options)
        except ValueError as error:
            raise TemplateError(
                f"_jinja2_env_vars of the template is not valid: {error}.",
                hint="it takes the keyword arguments of jinja2.Environment",
            ) from error
        self.delimiters = Delimiters.of(self.options)
        self.names = Names(self.config.variables)
        self.conversion = Conversion(out)
        self.extensions: set[str] = set()

    def convert(self) -> Conversion:
        questions = copier_questions(self.config, self.names, self.text)
        self.conversion.questions = len(questions)
        start = self.root / self.config.project_folder
        for path in sorted(start.rglob("*")):
            if path.is_file() or path.is_symlink():
                self._file(path, PurePosixPath(path.relative_to(start).as_posix()))
        answers_file = self.delimiters.expression("_copier_conf.answers_file")
        record = self.delimiters.expression("_copier_answers|to_nice_yaml", trim="-")
        self._write(f"{INSIDE}/{answers_file}{SUFFIX}", f"{ANSWERS}{record}\n")
        self._shared_files()
        tasks = self._tasks()
        self._pages()
        settings = self._settings(tasks)
        text = "".join(
            yaml.safe_dump(part, sort_keys=False, allow_unicode=True, width=100) + "\n"
            for part in (settings, questions)
            if part
        )
        self._write("copier.yml", text.rstrip("\n") + "\n")
        for name in sorted(self.names.losses):
            self.conversion.losses.append(name)
        return self.conversion

    def text(self, text: str) -> str:
        """Return a text with ``cookiecutter.name`` as ``name``, noting what it uses."""
        self.names.whole = False
        result = rewrite(text, self.delimiters, self._tag)
        if self.names.whole:
            self.names.losses.add(
                "cookiecutter as a whole in a name or a question: every answer is a variable "
                "of its own"
            )
        return result

    def content(self, text: str) -> str:
        """Return a file's or a hook's text, which may use ``cookiecutter`` as a whole too."""
        self.names.whole = False
        result = rewrite(text, self.delimiters, self._tag)
        if not self.names.whole:
            return result
        start, end = self.delimiters.block
        return f"{start} set {MAPPING} = {self.names.mapping()} {end}{result}"

    def _tag(self, inside: str, is_block: bool) -> str:
        inside = self.names.replace(inside)
        if is_block:
            inside = re.sub(
                r"\b(include|import|from|extends)(\s+)(['\"])(.+?)\3",
                lambda m: f"{m[1]}{m[2]}{m[3]}{self._include_path(m[4])}{m[3]}",
                inside,
            )
        # Copier brings the filter under another name, with the same result.
        inside = outside_strings(inside, r"\|\s*jsonify\b", lambda _: "|to_nice_json")
        for word in _EXTENSIONS:
            if outside_strings(inside, rf"(?<!\.)\b{word}\b", lambda _: "\0").count("\0"):
                self.extensions.add(word)
        return inside

    def _include_path(self, name: str) -> str:
        if (self.root / "templates" / name).is_file():
            return f"templates/{name}"
        path = self.root / self.config.project_folder / name
        if path.is_file():
            return f"{INSIDE}/{self._name(PurePosixPath(name), path)}"
        self.conversion.losses.append(f"the included file {name} was not found")
        return name

    def _file(self, path: Path, relative: PurePosixPath) -> None:
        path = inside(self.root, path)
        target = f"{INSIDE}/{self._name(relative, path)}"
        self.conversion.files += 1
        if path.is_symlink() and path.is_dir():
            self.conversion.losses.append(
                f"{relative}: a link to a folder, which Cookiecutter leaves empty"
            )
            return
        text = None if self._is_copied(relative) else _text_of(path)
        if text is None:
            self._bytes(target, path.read_bytes(), path)
            return
        newline = str(self.config.variables.get("_new_lines") or newline_of(path))
        if self.delimiters.has_jinja(text):
            text = self.content(text)
            if newline != "\n" and not self.config.variables.get("_new_lines"):
                text = self._with_newlines(text, newline)
            newline = "\n"
        self._bytes(target, text.replace("\n", newline).encode(), path)

    def _with_newlines(self, text: str, newline: str) -> str:
        """Return a text that renders with other line ends: Jinja itself writes one kind only."""
        start, end = self.delimiters.block
        escape = newline.replace("\r", "\\r").replace("\n", "\\n")
        opening = f'{start} filter replace("\\n", "{escape}") {end}'
        return f"{opening}{text}{start} endfilter {end}"

    def _name(self, relative: PurePosixPath, path: Path) -> str:
        """Return a file's path in the Copier template."""
        inner = self._copied_folder(relative)
        parts = []
        for number, part in enumerate(relative.parts):
            literal = inner is not None and number >= inner
            parts.append(_quote(part, self.delimiters) if literal else self.text(part))
        name = "/".join(parts)
        text = None if self._is_copied(relative) else _text_of(path)
        if text is not None and self.delimiters.has_jinja(text):
            return name + SUFFIX
        if name.endswith(SUFFIX):
            self.conversion.losses.append(f"{relative}: ends in {SUFFIX}, which Copier takes off")
        return name

    def _is_copied(self, relative: PurePosixPath) -> bool:
        patterns = self.config.variables.get("_copy_without_render") or ()
        return self._copied_folder(relative) is not None or is_copied(str(relative), patterns)

    def _copied_folder(self, relative: PurePosixPath) -> int | None:
        """Return how many parts the copied folder around a file has, or None."""
        patterns = self.config.variables.get("_copy_without_render") or ()
        for depth in range(1, len(relative.parts)):
            if is_copied("/".join(relative.parts[:depth]), patterns):
                return depth
        return None

    def _shared_files(self) -> None:
        folder = self.root / "templates"
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file():
                text = _text_of(inside(self.root, path))
                name = f"templates/{path.relative_to(folder).as_posix()}"
                if text is not None:
                    self._write(name, self.content(text))

    def _tasks(self) -> list[dict[str, Any]]:
        """Return the hooks as tasks: their scripts are texts to Copier, as to Cookiecutter."""
        tasks = []
        for hook in sorted(self.config.hooks, key=lambda name: "post" in name):
            stem = Path(hook).stem
            script = _text_of(inside(self.root, self.root / hook))
            if stem == "pre_prompt":
                self.conversion.losses.append(f"{hook}: Copier runs nothing before the questions")
                continue
            if stem == "pre_gen_project":
                self.conversion.losses.append(
                    f"{hook}: now runs after the files are written, not before"
                )
            if script is None:
                self.conversion.losses.append(f"{hook}: a program, not a script")
                continue
            if len(script.encode()) > LONGEST_SCRIPT:
                self.conversion.losses.append(f"{hook}: too long to be part of a task")
                continue
            python = self.delimiters.expression("_copier_python")
            answers_file = self.delimiters.expression("_copier_conf.answers_file")
            name = PurePosixPath(hook).name
            tasks.append(
                {
                    "command": [python, "-c", RUNNER, name, answers_file, self.content(script)],
                    "when": self.delimiters.expression("_copier_operation == 'copy'"),
                }
            )
        self.conversion.tasks = len(tasks)
        return tasks

    def _settings(self, tasks: list[dict[str, Any]]) -> dict[str, Any]:
        envops = {"undefined": "jinja2.StrictUndefined", **self.options}
        if self.config.variables.get("_new_lines"):
            envops["newline_sequence"] = self.config.variables["_new_lines"]
        settings: dict[str, Any] = {"_subdirectory": INSIDE, "_envops": envops}
        extensions = [
            *self.config.extensions,
            *(_EXTENSIONS[word] for word in sorted(self.extensions)),
        ]
        if extensions:
            settings["_jinja_extensions"] = extensions
            self.conversion.losses.append(
                f"Jinja extensions ({', '.join(extensions)}): plain Copier needs --trust for them, "
                "and their packages beside it"
            )
        if tasks:
            settings["_tasks"] = tasks
        return settings

    def _pages(self) -> None:
        for path in sorted(self.root.iterdir()):
            if path.is_file() and _PAGES.match(path.name):
                self._bytes(path.name, inside(self.root, path).read_bytes(), path)
            elif path.name not in {"cookiecutter.json", "hooks", "templates", ".git"} and (
                path.name != self.config.project_folder
            ):
                self.conversion.losses.append(f"{path.name}: stands beside the template, left out")

    def _write(self, name: str, text: str) -> None:
        self._bytes(name, text.encode(), None)

    def _bytes(self, name: str, data: bytes, like: Path | None) -> None:
        target = self.out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise TemplateError(
                f"Two files of the template become {name}.", hint="rename one and convert again"
            )
        target.write_bytes(data)
        if like is not None and file_mode(like) == EXECUTABLE:
            target.chmod(0o755)


def _text_of(path: Path) -> str | None:
    """Return a file as Cookiecutter reads it, with plain line ends; None for a binary."""
    from binaryornot.check import is_binary

    if is_binary(str(path)):
        return None
    return path.read_text(encoding="utf-8")


def _quote(part: str, delimiters: Delimiters) -> str:
    """Return a name that Copier renders to itself."""
    if not delimiters.has_jinja(part):
        return part
    start, end = delimiters.block
    return f"{start} raw {end}{part}{start} endraw {end}"
