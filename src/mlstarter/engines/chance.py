"""What templates draw by chance, as a function of one seed a project.

A secret that a template makes up must be another one in every project and the same one in every
later render of that project, or an update would replace it. So each draw is derived from the
project's seed (drawn once, recorded in its template commit), the place of the draw (file or
question), what is drawn, and how often the same was drawn there before.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random
from typing import Any
from uuid import UUID

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

# Filters that draw; those with `seed=` are functions of their arguments where one is given.
_SEEDED_FILTERS = ("ans_random", "shuffle", "random_mac")
CHANCE_FILTERS = frozenset({*_SEEDED_FILTERS, "random"})
CHANCE_GLOBALS = frozenset({"make_secret", "random_ascii_string", "uuid4", "lipsum"})

_LOCK = threading.Lock()


class Chance:
    """The draws of one render.

    Args:
        seed: any text; nobody may be able to guess it.
        place: where texts without a name of their own stand.
    """

    def __init__(self, seed: str, place: str = "") -> None:
        self.seed = seed
        self.place = place
        # Whether a text has drawn from it: what draws nothing needs no seed recorded.
        self.was_used = False
        self._count: Counter[str] = Counter()

    def draw(self, place: str | None, what: str, arguments: Any) -> str:
        """Return 128 hexadecimal digits for a draw."""
        self.was_used = True
        key = f"{place or self.place}\0{what}\0{arguments!r}"
        self._count[key] += 1
        text = f"{self.seed}\0{key}\0{self._count[key]}"
        return hashlib.sha512(text.encode("utf-8", "surrogatepass")).hexdigest()


_current: ContextVar[Chance | None] = ContextVar("chance", default=None)


def new_seed() -> str:
    """Return a seed that nobody can guess (128 bits)."""
    return secrets.token_hex(16)


@contextmanager
def drawing(chance: Chance) -> Iterator[Chance]:
    """Let what is rendered in this block draw from ``chance``."""
    before = _current.set(chance)
    try:
        yield chance
    finally:
        _current.reset(before)


def current() -> Chance:
    """Return the ``drawing`` block's chance; one of its own outside any block."""
    return _current.get() or Chance(new_seed())


def _draw(context: Context, what: str, arguments: Any) -> str:
    return current().draw(context.name, what, arguments)


def install(env: Environment) -> None:
    """Let everything in ``env`` that draws by chance draw from the ``drawing`` block around it."""
    for name in _SEEDED_FILTERS:
        if name in env.filters:
            env.filters[name] = _with_seed(env, name)
    env.filters["random"] = _random
    env.globals["lipsum"] = _lipsum(env.globals["lipsum"])
    if "uuid4" in env.globals:
        env.globals["uuid4"] = _uuid4
    if "random_ascii_string" in env.globals:
        env.globals["random_ascii_string"] = _random_ascii_string


def _with_seed(env: Environment, name: str) -> Any:
    """Return a filter that hands the original a seed where the template gives none."""
    original = f"_{name}"
    env.filters[original] = env.filters[name]

    @pass_context
    def call_with_seed(context: Context, value: Any, *args: Any, **options: Any) -> Any:
        # `seed` is the last parameter: the fourth of ans_random, the first of the others.
        by_place = len(args) >= (3 if name == "ans_random" else 1) and args[-1]
        if not options.get("seed") and not by_place:
            options["seed"] = _draw(context, name, (value, args, options))
        return env.call_filter(original, value, args, options, context=context)

    return call_with_seed


@pass_context
def _random(context: Context, value: Any) -> Any:
    items = list(value) if not hasattr(value, "__getitem__") else value
    if not len(items):
        return context.environment.undefined("No random item, sequence was empty.")
    return Random(_draw(context, "random", value)).choice(items)  # noqa: S311 - seeded by a secret


@pass_context
def make_secret(context: Context) -> str:
    """Return what Copier's ``make_secret`` gives: 128 hexadecimal digits."""
    return _draw(context, "make_secret", ())


@pass_context
def _uuid4(context: Context) -> str:
    return str(UUID(_draw(context, "uuid4", ())[:32], version=4))


@pass_context
def _random_ascii_string(context: Context, length: int, punctuation: bool = False) -> str:
    corpus = string.ascii_letters + (string.punctuation if punctuation else "")
    draw = Random(_draw(context, "random_ascii_string", (length, punctuation)))  # noqa: S311
    return "".join(draw.choice(corpus) for _ in range(length))


def _lipsum(original: Any) -> Any:
    @pass_context
    def lipsum(context: Context, *args: Any, **options: Any) -> Any:
        import random

        # Jinja's own draws from the module's generator, which is put back.
        with _LOCK:
            state = random.getstate()
            random.seed(_draw(context, "lipsum", (args, options)))
            try:
                return original(*args, **options)
            finally:
                random.setstate(state)

    return lipsum
