"""Make Copier itself draw chance from our seed and, where nobody trusts the template, read nothing.

For use in a process of its own (``run_copy_process``): what is changed here is changed for good.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import Any

from mlstarter.engines.chance import install, make_secret
from mlstarter.engines.jinja_guard import (
    GuardedEnvironment,
    denied_global,
    denied_variable,
    guard,
    needs_trust,
)
from mlstarter.engines.machine_reads import PLAIN_CONF

# Not by `import`: what is replaced here is none of Copier's public names.
_main: Any = import_module("copier._main")
_user_data: Any = import_module("copier._user_data")


class _GuardedConf:
    """Those parts of ``_copier_conf`` that say nothing of the machine."""

    def __init__(self, conf: Any) -> None:
        self._conf = conf

    def __getitem__(self, key: str) -> Any:
        if key not in PLAIN_CONF:
            raise needs_trust(f"_copier_conf.{key}")
        return self._conf[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._conf[key] = value

    def __repr__(self) -> str:
        raise needs_trust("_copier_conf as a whole")


def patch(*, guard: bool) -> None:
    """Change Copier in this process; ``guard`` as for a template that nobody trusts."""
    _user_data.DEFAULT_DATA["make_secret"] = make_secret
    if guard:
        _user_data.DEFAULT_DATA["now"] = denied_global("now")
        _main.SandboxedEnvironment = _copier_environment()
        _patch_context()
    original = _main.Worker.jinja_env.func

    def jinja_env(self: Any) -> Any:
        env = original(self)
        install(env)
        if guard:
            _guard(env)
        return env

    replacement = cached_property(jinja_env)
    replacement.__set_name__(_main.Worker, "jinja_env")
    _main.Worker.jinja_env = replacement


_guard = guard


def _copier_environment() -> type[Any]:
    return type("Environment", (GuardedEnvironment, _main.SandboxedEnvironment), {})


def _patch_context() -> None:
    original = _main.Worker._render_context

    def render_context(self: Any) -> Any:
        context = original(self)
        context["_copier_conf"] = _GuardedConf(context["_copier_conf"])
        context["_copier_python"] = denied_variable("_copier_python")
        return context

    _main.Worker._render_context = render_context
