"""Say whether a generated file is what its name says: YAML, TOML, JSON or Python.

A file is judged as its readers read it: Python by its declared encoding, JSON with comments where
an editor or a compiler allows them. A file that is a template itself (a Helm chart, a template
within the template) is not judged.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
import warnings
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import PurePosixPath

import yaml

from mlstarter.data_files import BoundedLoader

# Read with comments and commas at the end of lists; by name or by the end of the path.
# https://code.visualstudio.com/docs/languages/json#_json-with-comments, containers.dev,
# https://www.typescriptlang.org/tsconfig, https://docs.renovatebot.com/configuration-options
_WITH_COMMENTS = (
    *("*.jsonc", "*.code-workspace", "*.code-snippets", "*.sublime-*", "*/.vscode/*.json"),
    *("*/.devcontainer/*.json", "*/.devcontainer.json", "*/devcontainer*.json"),
    *("*/tsconfig.json", "*/tsconfig[.-]*.json", "*/jsconfig.json", "*/jsconfig[.-]*.json"),
    *("*/tslint.json", "*/api-extractor.json"),
    *("*/.eslintrc", "*/.eslintrc.json", "*/.babelrc", "*/.babelrc.json", "*/babel.config.json"),
    *("*/.swcrc", "*/.jshintrc", "*/.jscsrc", "*/.hintrc", "*/typedoc.json", "*/angular.json"),
    *("*/deno.json", "*/turbo.json", "*/biome.json", "*/nx.json", "*/project.json"),
    *("*/pyrightconfig*.json", "*/.markdownlint*.json", "*/cspell*.json", "*/.cspell*.json"),
    *("*/language-configuration.json", "*/wrangler.json", "*/.luarc.json", "*/.stylelintrc.json"),
)
# Read as JSON5 (https://spec.json5.org): single quotes, names without quotes.
_JSON5 = ("*.json5", "*/renovate.json", "*/.renovaterc", "*/.renovaterc.json")
_JSON_LINES = ("*.jsonl", "*.ndjson")
_JSON = ("*.json", "*.ipynb", "*.geojson", "*.webmanifest", "*.code-profile")
_YAML = ("*.yml", "*.yaml", "*.cff", "*/.clang-format", "*/.yamllint")
_TOML = ("*.toml", "*/pipfile")
_PYTHON = ("*.py", "*.pyi", "*.pyw")
# A string, or what JSON lacks: comments, and a comma before a closing bracket. One that is not
# closed reaches to the file's end, and a tag to the next that opens: no letter is read twice.
_STRING = r'"(?:\\.?|[^"\\])*(?:"|\Z)'
_TEXT = r"'(?:\\.?|[^'\\])*(?:'|\Z)"
_COMMENT = re.compile(
    rf"(?P<string>{_STRING}|{_TEXT})|//[^\r\n]*|/\*.*?(?:\*/|\Z)",
    re.DOTALL,
)
_COMMA = re.compile(rf"({_STRING})|,(?=\s*[}}\]])", re.DOTALL)
_TAB = re.compile(rf"({_STRING}|{_TEXT})|\t", re.DOTALL)
# Tags of Jinja, Go, Handlebars or ERB that are left in a file.
_TAGS = re.compile(
    rb"\{%(?:(?!\{%).)*?%\}|\{\{(?:(?!\{\{).)*?\}\}|<%(?:(?!<%).)*?%>",
    re.DOTALL,
)
_PYTHON_TAGS = re.compile(
    rb"\{%(?:(?!\{%).)*?%\}|^[^\S\n]*(?:from|import|class|def)\b.*\{\{",
    re.MULTILINE,
)


def parse_fault(path: str, data: bytes) -> str | None:
    """Return why a file cannot be parsed, or None where it can or nobody knows its kind."""
    kind, parse = _parser(f"/{PurePosixPath(path)}".lower())
    if parse is None:
        return None
    try:
        parse(data)
    except (ValueError, SyntaxError, yaml.YAMLError, RecursionError, MemoryError) as error:
        tags = _PYTHON_TAGS if parse is _python else _TAGS
        if tags.search(data):
            return None
        return f"is not valid {kind}: {' '.join(str(error).split())}"
    return None


def _parser(path: str) -> tuple[str, Callable[[bytes], object] | None]:
    """Return what a file should be and how to read it; the more special names come first."""
    kinds: tuple[tuple[tuple[str, ...], str, Callable[[bytes], object]], ...] = (
        (_PYTHON, "Python", _python),
        (_JSON5, "JSON5", _json5),
        (_WITH_COMMENTS, "JSON with comments", _json_with_comments),
        (_JSON_LINES, "JSON Lines", _json_lines),
        (("*.ipynb",), "a notebook", json.loads),
        (_JSON, "JSON", json.loads),
        (_TOML, "TOML", _toml),
        (_YAML, PurePosixPath(path).suffix[1:].upper() or "YAML", _yaml),
    )
    for patterns, kind, parse in kinds:
        if any(fnmatch(path, pattern) for pattern in patterns):
            return kind, parse
    return "", None


def _python(data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # As bytes: a byte-order mark and a declared encoding are Python's own business.
        ast.parse(data)


def _json_with_comments(data: bytes) -> None:
    text = _without_comments(data)
    if text.strip():
        json.loads(_COMMA.sub(lambda match: match[1] or "", text))


def _json5(data: bytes) -> None:
    # What JSON5 adds to JSON is there in YAML's flow style too, but for tabs between words.
    text = _without_comments(data)
    list(yaml.compose_all(_TAB.sub(lambda match: match[1] or " ", text), Loader=BoundedLoader))


def _without_comments(data: bytes) -> str:
    text = data.decode(json.detect_encoding(data))
    return _COMMENT.sub(lambda match: match["string"] or " ", text)


def _json_lines(data: bytes) -> None:
    for line in data.decode("utf-8-sig").splitlines():
        if line.strip():
            json.loads(line)


def _toml(data: bytes) -> None:
    tomllib.loads(data.decode("utf-8"))


def _yaml(data: bytes) -> None:
    # Tags of other programs (!vault, !Ref) are no fault: only the form is judged. As bytes: a
    # byte-order mark names the encoding.
    list(yaml.compose_all(data, Loader=BoundedLoader))
