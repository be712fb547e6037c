"""Numbers on the page: as the report and the service write them, and no surer than they are."""

from __future__ import annotations

import json
import math
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Require

pytestmark = pytest.mark.slow


def test_bounds_are_written_as_python_writes_them(require: Require, tmp_path: Path) -> None:
    """The page's warnings name them, and half-way cases are rounded to the even digit."""
    node = require("node")
    templates = Path(__file__).parents[2] / "templates"
    for file in ("tabular/site/predict.js", "core/site/elements.js", "core/site/package.json"):
        shutil.copy(templates / file, tmp_path)
    chance = random.Random(5)
    numbers = [3648825.0, 3648835.0, 12345.25, 1e-5, 1e-4, 9.9999995e-5, 999999.5, 0.0, 1e22]
    numbers += [chance.uniform(-1, 1) * 10 ** chance.randint(-12, 15) for _ in range(2000)]
    numbers += [chance.randint(-(10**8), 10**8) / 4 for _ in range(2000)]
    script = (
        'import { general } from "./predict.js"; import { readFileSync } from "node:fs";'
        "console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(general)));"
    )
    run = subprocess.run(
        [node, "--input-type=module", "-e", script], cwd=tmp_path, input=json.dumps(numbers),
        text=True, capture_output=True, check=True,
    )  # fmt: skip
    assert json.loads(run.stdout) == [f"{number:g}" for number in numbers]


def test_a_figure_on_the_page_is_rounded_as_in_the_report(require: Require) -> None:
    node = require("node")
    elements = Path(__file__).parents[2] / "templates/core/site/elements.js"
    chance = random.Random(7)
    numbers = [0.8785, 0.8925, 0.0005, 1.005, 2.675, 0.125, 999.5, 3e-8, 1e9, 0.9996, 0.99996]
    numbers += [chance.randint(0, 10**4) / 10**4 for _ in range(3000)]
    script = (
        f"import {{ number }} from {json.dumps(elements.as_uri())}; "
        'import { readFileSync } from "node:fs"; console.log(JSON.stringify('
        'JSON.parse(readFileSync(0)).map((value) => number(value, 3).replaceAll(",", ""))));'
    )
    process = subprocess.run(
        [node, "--input-type=module", "-e", script], input=json.dumps(numbers), text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    figures = [float(text) for text in json.loads(process.stdout)]
    halves = (number * 1000 % 1 == 0.5 for number in numbers)
    for number, text, is_half in zip(numbers, figures, halves, strict=True):
        # Where the binary value lies half-way, Python rounds to the even digit.
        digits = math.ceil(-math.log10(1 - number)) if 0.999 < number < 1 else 3
        assert text == float(f"{number:.{digits}g}") or is_half, number
        assert not number < 1 <= text  # what is not quite 1 is not 1


def test_what_is_nearly_certain_is_not_called_certain(require: Require) -> None:
    node = require("node")
    elements = Path(__file__).parents[2] / "templates/core/site/elements.js"
    shares = [0, 0.0004, 0.0005, 0.05, 0.5, 0.994, 0.9996, 1]
    script = (
        f"import {{ percent }} from {json.dumps(elements.as_uri())}; "
        f"console.log(JSON.stringify({json.dumps(shares)}.map(percent)));"
    )
    command = [node, "--input-type=module", "-e", script]
    run = subprocess.run(command, text=True, capture_output=True, check=True)
    texts = [text.replace("\xa0", " ") for text in json.loads(run.stdout)]
    assert texts == [
        "0 %", "under 0.1 %", "0.1 %", "5.0 %", "50 %", "99.4 %", "over 99.9 %", "100 %",
    ]  # fmt: skip
