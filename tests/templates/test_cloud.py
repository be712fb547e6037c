"""Training on a rented machine: SkyPilot reads the task, and what was made there comes back."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mlstarter.sources.assemble import TYPES
from tests.templates.conftest import Generate
from tests.templates.validators import validate

pytestmark = pytest.mark.e2e

# Parses each task as `sky launch` would, without asking any cloud, in one process, as the import
# takes seconds; it writes ~/.sky.
PARSE = """
import os, sys
os.environ["HOME"] = sys.argv[1]
import sky
for path in sys.argv[2:]:
    try:
        print(path, "task:", sky.Task.from_yaml(path).run.strip())
    except ValueError as error:
        print(path, "error:", str(error).strip())
"""
# Stand-ins: the rented machine is the folder $MACHINE.
SKY = """#!/bin/sh
echo "sky $*" >> "$LOG"
test "$1" != launch || test ! -e "$MACHINE.fails"
"""
RSYNC = """#!/bin/sh
for last; do source=$word; word=$last; done
cp -r "$MACHINE/${source#*:}." "$word/"
"""


@pytest.mark.full
def test_skypilot_reads_each_task_and_refuses_a_mistyped_key(
    generate: Generate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYPILOT_DISABLE_USAGE_COLLECTION", "1")
    if (probe := validate("skypilot", ["--version"], tmp_path)).status:
        pytest.skip(f"SkyPilot cannot be had: {probe.output.strip()[-200:]}")
    expected = {}
    for kind in TYPES:
        path = generate(kind, "rented", level="production") / "sky.yaml"
        text = path.read_text("utf-8")
        expected[path] = "task: make train evaluate"
        for key, wrong in (("resources:", "resorces:"), ("  disk_size:", "  disc_size:")):
            other = tmp_path / f"{kind}-{wrong.strip(' :')}.yaml"
            assert key in text
            other.write_text(text.replace(key, wrong), "utf-8")
            expected[other] = "error:"
    (tmp_path / "home").mkdir()
    result = validate("skypilot", ["-c", PARSE, tmp_path / "home", *expected], tmp_path)
    assert result.status == 0, result.output
    for path, outcome in expected.items():
        assert f"{path} {outcome}" in result.output
    assert result.output.count("did you mean") == 2 * len(TYPES)


@pytest.mark.parametrize("fails", [False, True])
def test_what_was_trained_there_comes_back_and_the_machine_ends(
    generate: Generate, tmp_path: Path, fails: bool
) -> None:
    folder = generate("tabular", f"rented-{fails}", level="production")
    tools, machine = tmp_path / "tools", tmp_path / "machine"
    tools.mkdir()
    for name, script in (("sky", SKY), ("rsync", RSYNC)):
        (tools / name).write_text(script, "utf-8")
        (tools / name).chmod(0o755)
    if fails:
        (tmp_path / "machine.fails").touch()
    for name in ("artifacts", "runs", "reports"):
        (machine / "sky_workdir" / name).mkdir(parents=True)
    (machine / "sky_workdir/artifacts/metadata.json").write_text("{}", "utf-8")
    there = machine / "sky_workdir/reports"
    (there / "experiments.csv").write_text("date,model\n1,a\n2,b\n", "utf-8")
    (there / "test_readings.csv").write_text("date,model\n2,b\n", "utf-8")
    (folder / "reports").mkdir(exist_ok=True)
    here = folder / "reports/experiments.csv"
    here.write_text("date,model\n1,a\n3,c\n", "utf-8")  # c was trained here meanwhile
    environment = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    environment |= {"LOG": str(tmp_path / "log"), "MACHINE": str(machine)}
    result = subprocess.run(["make", "cloud"], cwd=folder, env=environment, check=False)
    commands = [line.split()[1] for line in (tmp_path / "log").read_text("utf-8").splitlines()]
    assert commands == (["launch"] if fails else ["launch", "down"])
    assert (result.returncode != 0) == fails
    assert (folder / "artifacts/metadata.json").exists() != fails
    assert here.read_text("utf-8") == "date,model\n1,a\n3,c\n" + ("" if fails else "2,b\n")
    if not fails:
        assert (folder / "reports/test_readings.csv").read_text("utf-8") == "date,model\n2,b\n"
