"""The Jinja environment of a template that nobody trusts: its texts are data.

They read no file outside the template, no environment variable, no clock and nothing of the
machine, and what they make is bounded. Everything denied raises ``NeedsTrust`` with the file's
name; ``machine_reads`` finds most of it beforehand, to list it.
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterable
from datetime import date, time
from pathlib import PurePath
from typing import Any, NoReturn

from jinja2 import StrictUndefined, Undefined, pass_context, pass_environment
from jinja2.compiler import CodeGenerator, Frame
from jinja2.filters import do_format
from jinja2.nodes import Concat
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from mlstarter.bounds import MAX_BITS, MAX_TEXT, MAX_WIDTH
from mlstarter.data_files import BoundedLoader, yaml_documents
from mlstarter.engines.machine_reads import READING_FILTERS
from mlstarter.errors import NeedsTrust, TemplateError

_OF_THE_CLOCK = frozenset(
    {"now", "today", "utcnow", "fromtimestamp", "utcfromtimestamp", "astimezone", "timestamp"}
)
# Filters that take a width, an indentation or a count.
_SIZED_FILTERS = (
    "batch", "center", "comment", "format", "indent", "jsonify", "random_ascii_string", "slice",
    "to_json", "to_nice_json", "to_nice_yaml", "to_yaml", "tojson", "truncate", "wordwrap",
)  # fmt: skip
_SIZED_GLOBALS = ("lipsum", "random_ascii_string")
_WIDE = re.compile(r"\d{6,}")
# Seconds of the epoch, which depend on this machine's time zone.
_EPOCH = re.compile(r"%[-_0^#EO\d]*s")
_EPOCH_IN_FORMAT = re.compile(r"\{[^{}]*:[^{}]*" + _EPOCH.pattern)
_FORMAT_IN_FORMAT = re.compile(r"\{[^{}]*:[^{}]*\{")


class TextTooLarge(TemplateError):
    """A text of a template makes something larger than any project needs."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"A text of the template makes too much: {what}.",
            hint="do not use this template, or ask its author what needs so much",
        )


class SafeEnvironment(SandboxedEnvironment):
    """Jinja's sandbox; what a template cannot reach through Copier it cannot reach here."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Say whether a template may read ``obj.attr``."""
        if isinstance(obj, PurePath) and attr == "parser":
            return False
        return super().is_safe_attribute(obj, attr, value)


class _BoundedCode(CodeGenerator):
    """Compiles ``a ~ b`` to a call that looks at the size."""

    def visit_Concat(self, node: Concat, frame: Frame) -> None:
        self.write("environment.concat_bounded((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("), context.eval_ctx.autoescape)")


class GuardedEnvironment(SafeEnvironment):
    """The sandbox, with bounds on what an expression makes."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})
    code_generator_class = _BoundedCode

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Say whether a template may read ``obj.attr``: nothing that tells the time."""
        if attr in _OF_THE_CLOCK and _is_of_time(obj):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        """Return what stands for an attribute that is denied; the clock needs trust."""
        if attribute in _OF_THE_CLOCK and _is_of_time(obj):
            raise needs_trust(f"the clock ({attribute} of a date)")
        return super().unsafe_undefined(obj, attribute)

    def call_binop(self, context: Context, operator: str, lhs: Any, rhs: Any) -> Any:
        """Return ``left operator right`` where that is small enough."""
        _check_operation(operator, lhs, rhs)
        return super().call_binop(context, operator, lhs, rhs)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call something; methods of texts and numbers (``center``, ``zfill``) take no big width.

        The parameters' names are Jinja's: a template may name its own as it likes.
        """
        if isinstance(getattr(__obj, "__self__", None), str | bytes | int):
            _check_widths((*args, *kwargs.values()))
        if getattr(__obj, "__name__", "") == "strftime":
            _refuse_epoch(any(_is_epoch(value) for value in (*args, *kwargs.values())))
        return super().call(__context, __obj, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Any:
        """Return a sandboxed ``str.format`` that takes no big width."""
        wrapper = super().wrap_str_format(value)
        if wrapper is not None and _WIDE.search(str(value.__self__)):
            raise TextTooLarge("a width in a format is too large")
        if wrapper is None:
            return None
        text = str(value.__self__)
        _refuse_epoch(_EPOCH_IN_FORMAT.search(text) is not None)
        if not _FORMAT_IN_FORMAT.search(text):
            return wrapper

        @functools.wraps(wrapper)
        def without_epoch(*args: Any, **options: Any) -> str:
            _refuse_epoch(any(_is_epoch(part) for part in (*args, *options.values())))
            return wrapper(*args, **options)

        return without_epoch

    def concat_bounded(self, parts: tuple[Any, ...], autoescape: bool) -> str:
        """Return what ``~`` makes of its operands."""
        from jinja2.runtime import markup_join, str_join

        _check_size(sum(len(part) for part in parts if isinstance(part, str)))
        return markup_join(parts) if autoescape else str_join(parts)

    def concat(self, parts: Iterable[str]) -> str:
        """Join the pieces of a text, a block or a macro."""
        pieces = list(parts)
        _check_size(sum(map(len, pieces)))
        return "".join(pieces)


def guard(env: SandboxedEnvironment) -> None:
    """Deny ``env`` everything that reads beyond the template."""
    for name in READING_FILTERS & env.filters.keys():
        env.filters[name] = _denial(f"the filter {name}")
    if "relpath" in env.filters:
        env.filters["relpath"] = _relpath
    for extension in env.extensions.values():
        if "now" in extension.tags:
            for method in ("_now", "_datetime"):
                setattr(extension, method, _denied_tag)
    if "from_yaml" in env.filters:
        env.filters["from_yaml"] = _from_yaml
    for name in _SIZED_FILTERS:
        if name in env.filters:
            env.filters[name] = _with_bounds(env.filters[name])
    for name in _SIZED_GLOBALS:
        if name in env.globals:
            env.globals[name] = _with_bounds(env.globals[name])


def needs_trust(what: str, where: str | None = None) -> NeedsTrust:
    """Return the error for something that a template may only do where it is trusted."""
    place = f" in {where}" if where else ""
    return NeedsTrust(
        f"The template reads from this machine: {what}{place}.",
        hint="read the template, then use --trust if you trust it",
    )


def _denial(what: str) -> Any:
    @pass_context
    def refuse(context: Context, *_: Any, **__: Any) -> NoReturn:
        raise needs_trust(what, context.name)

    return refuse


def denied_global(name: str) -> Any:
    """Return what stands for a global function that needs trust."""
    return _denial(f"{name}()")


def denied_variable(name: str) -> StrictUndefined:
    """Return what stands for a variable that needs trust: any use of it raises."""

    def refusal(_: str | None = None) -> NeedsTrust:
        return needs_trust(name)

    # Jinja calls `exc` with its message and raises what that gives.
    exception: Any = refusal
    return StrictUndefined(name=name, exc=exception)


@pass_context
def _relpath(context: Context, path: str, start: str = ".") -> str:
    """Return the way from ``start`` to ``path``, where it is the same in whatever folder one is."""
    depth = f"{path}/{start}".count("..") + 1
    folders = ("/" + "/".join(f"{letter}{number}" for number in range(depth)) for letter in "ab")
    ways = {
        posixpath.relpath(posixpath.join(folder, path), posixpath.join(folder, start))
        for folder in folders
    }
    if len(ways) > 1 or posixpath.isabs(path) != posixpath.isabs(start):
        raise needs_trust("the folder one is in (the filter relpath)", context.name)
    return ways.pop()


def _denied_tag(*_: Any, **__: Any) -> NoReturn:
    raise needs_trust("the clock ({% now %})")


def _is_of_time(obj: Any) -> bool:
    return isinstance(obj, date | time) or (isinstance(obj, type) and issubclass(obj, date | time))


def _is_epoch(value: Any) -> bool:
    return isinstance(value, str) and _EPOCH.search(value) is not None


def _refuse_epoch(is_asked_for: bool) -> None:
    if is_asked_for:
        raise needs_trust("this machine's time zone (%s in the format of a date)")


def _from_yaml(data: Any) -> Any:
    if not isinstance(data, str):
        return data
    documents = list(yaml_documents(data, BoundedLoader))
    if len(documents) > 1:
        raise ValueError("expected a single document")
    return documents[0] if documents else None


def _with_bounds(original: Any) -> Any:
    @functools.wraps(original)
    def limited_call(*args: Any, **options: Any) -> Any:
        if original is do_format and args:
            _check_format(str(args[0]), args[1:])
        _check_widths((*args, *options.values()))
        return original(*args, **options)

    # The mark by which Jinja knows what to pass; `wraps` leaves a partial's out.
    if not hasattr(original, "jinja_pass_arg") and hasattr(original, "func"):
        return pass_environment(lambda _, *a, **o: limited_call(*a, **o))
    return limited_call


def _check_widths(values: Iterable[Any]) -> None:
    for value in values:
        if isinstance(value, int) and not -MAX_WIDTH <= value <= MAX_WIDTH:
            raise TextTooLarge(f"a width or count is larger than {MAX_WIDTH}")


def _check_size(size: int) -> None:
    if size > MAX_TEXT:
        raise TextTooLarge(f"a text or list has more than {MAX_TEXT} parts")


def _check_operation(operator: str, lhs: Any, rhs: Any) -> None:
    if operator == "+":
        if hasattr(lhs, "__len__") and hasattr(rhs, "__len__"):
            _check_size(len(lhs) + len(rhs))
    elif operator == "%":
        if isinstance(lhs, str | bytes):
            _check_format(lhs, rhs)
    elif isinstance(lhs, int) and isinstance(rhs, int):
        bits = lhs.bit_length() * rhs if operator == "**" else lhs.bit_length()
        if max(bits, rhs.bit_length()) > MAX_BITS:
            raise TextTooLarge("a number has too many digits")
    elif operator == "*":
        for sequence, count in ((lhs, rhs), (rhs, lhs)):
            if hasattr(sequence, "__len__") and isinstance(count, int):
                _check_size(len(sequence) * count)


def _check_format(text: str | bytes, values: Any) -> None:
    letters = text if isinstance(text, str) else text.decode("latin-1")
    if _WIDE.search(letters):
        raise TextTooLarge("a width in a format is too large")
    if "*" in letters:
        _check_widths(values if isinstance(values, tuple) else (values,))
