"""The page of a speech project hears channels of opposite phase as the service does."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mlstarter import engines, questions
from mlstarter.sources import Template

SCRIPT = """
import { toMono } from "./predict.js";
const wave = Float32Array.from({ length: 800 }, (_, i) => Math.sin(i / 5));
for (const second of [1, -1, -0.95, 0]) {
  const mono = toMono([wave, wave.map((value) => second * value)]);
  console.log(Math.max(...mono).toFixed(2));
}
console.log(Math.max(...toMono([wave])).toFixed(2), Math.max(...toMono([wave.map(() => 0)])));
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_channels_that_cancel_each_other_are_not_silence(
    tmp_path: Path, working_template: Template
) -> None:
    answers = questions.complete(questions.load(working_template), {"project_type": "asr"})
    tree = engines.render(working_template, answers)
    for name in [
        name for name in tree if name.startswith("site/") and name.endswith((".js", ".json"))
    ]:
        (tmp_path / Path(name).name).write_bytes(tree[name].data)
    (tmp_path / "mono.mjs").write_text(SCRIPT, encoding="utf-8")
    command = ["node", str(tmp_path / "mono.mjs")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout.split() == ["1.00", "1.00", "1.00", "0.50", "1.00", "0"]
