"""What a signal becomes, wherever it comes."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from mlstarter import bounds
from mlstarter.errors import TemplateError
from mlstarter.files import TemporaryFolder, built_aside
from mlstarter.interrupts import Termination, orderly, raise_termination
from mlstarter.programs import run_program


class Attribute:
    """An attribute in whose making a signal comes, as one of a dataclass that is imported."""

    def __init__(self, stop: BaseException) -> None:
        self.stop = stop

    def __set_name__(self, owner: type, name: str) -> None:
        raise self.stop


@pytest.mark.parametrize("context", [orderly, raise_termination])
@pytest.mark.parametrize("stop", [KeyboardInterrupt(), Termination(143)])
def test_a_signal_while_a_class_is_made_is_no_fault(
    context: type[AbstractContextManager[None]], stop: BaseException
) -> None:
    with pytest.raises(type(stop)), context():
        type("Record", (), {"attribute": Attribute(stop)})


def test_a_fault_stays_one() -> None:
    with pytest.raises(RuntimeError), orderly():
        raise RuntimeError from ValueError()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="Windows has no alarm")
def test_the_alarm_that_rings_again_leaves_no_program_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MAX_SECONDS", 1)
    monkeypatch.setattr("mlstarter.programs._PATIENCE", 1.5)
    mark = tmp_path / "pid"
    code = (
        "import os, pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )

    with (
        pytest.raises(TemplateError, match="longer than 1 seconds"),
        bounds.bounded_evaluation("The render"),
    ):
        run_program([sys.executable, "-c", code])

    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, Termination])
@pytest.mark.parametrize("place", ["temporary", "aside"])
def test_a_signal_while_a_folder_is_being_removed_leaves_nothing_of_it(
    place: str, stop: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove, calls = shutil.rmtree, []

    def remove_later(*arguments: object, **options: object) -> None:
        calls.append(arguments)
        if len(calls) == 1:
            raise stop
        remove(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(shutil, "rmtree", remove_later)
    context = TemporaryFolder(dir=tmp_path) if place == "temporary" else built_aside(tmp_path, "p")

    with pytest.raises(stop), context as folder:
        (Path(folder) / "file").write_text("x")

    assert list(tmp_path.glob("[!h]*")) == []
