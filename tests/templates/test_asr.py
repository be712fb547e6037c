"""A speech project in a fresh clone: voices, training, evaluation, and the words it then hears.

Speaking and training are shortened, so that the bands are wide: what the full recipe reaches stands
in docs/speech.md.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.templates import asr_recordings
from tests.templates.conftest import Generate
from tests.templates.projects import Project, change, request
from tests.templates.test_data_in import PRESETS, SHIM

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("asr")]

TINY = {
    **{"width": "48", "epochs": "30", "copies": "1", "batch": "8", "threads": "1"},
    **{"learning_rate": "0.006"},
    **{"noise": "[10]", "resamples": "200", "white_noise": "0.0", "joined": "0.0"},
}


KEEP_SENT = """
const send = window.fetch;
window.fetch = async (where, options) => {
  if (options?.body) window.sent = (await new Response(options.body).text()).slice(0, 4);
  return send(where, options);
};
"""


@pytest.fixture(scope="session")
def address(asr_project: Project) -> Iterator[str]:
    with asr_project.serve() as url:
        yield url


def test_the_metrics_say_what_they_were_measured_on(asr_project: Project) -> None:
    metrics = asr_project.metrics()
    assert metrics["schema"] == 1 and metrics["project_type"] == "asr"
    assert metrics["primary"] == "wer" and set(metrics["metrics"]) >= {"wer", "cer"}
    speech = metrics["speech"]
    assert speech["vocabulary"] == 10 and "closed vocabulary" in metrics["split"]["description"]
    for of in (speech["test"], *speech["noise"], *speech["real"].values()):
        assert of["low"] <= of["value"] <= of["high"] and of["clips"] and of["speakers"]
        assert of["resampled"] == ("speakers" if of["speakers"] >= 5 else "clips")


def test_digits_are_heard_from_voices_that_were_never_trained_on(asr_project: Project) -> None:
    """Measured with the full recipe: 9 to 13 %; this is a part of it."""
    metrics = asr_project.metrics()
    assert metrics["metrics"]["wer"]["value"] < 0.4
    assert metrics["difference"]["significant"] and metrics["difference"]["value"] < 0
    silent = metrics["speech"]["no_speech"]
    assert silent["clips_with_words"] <= 0.05 * silent["clips"]


def test_every_clip_of_a_second_run_is_the_same(asr_project: Project, tmp_path: Path) -> None:
    """The voices speak alike when the cache is gone: what data.lock says is what was heard."""
    clone = asr_project.clone(tmp_path / "digits")
    config = clone.root / "config.toml"
    text = re.sub(r"(?m)^train = .*", "train = { espeak = 100 }", config.read_text("utf-8"))
    config.write_text(text, encoding="utf-8")
    code = (
        f"from {clone.package}.data import load; from {clone.package}.settings import load as c; "
    )
    done = clone.run(clone.python, "-c", code + "print(len(load.read(c(), 'train')))")
    assert int(done.output.split()[-1]) > 50 and "sounds otherwise" not in done.output


def test_the_served_model_hears_its_example_and_refuses_what_is_no_audio(
    address: str, asr_project: Project
) -> None:
    example = (asr_project.root / "model/served_example.wav").read_bytes()
    status, answer = request(f"{address}/predict", example, **{"Content-Type": "audio/wav"})
    assert status == 200 and answer["seconds"] > 0.3
    assert {word["text"] for word in answer["words"]} <= set(
        asr_project.metadata()["output"]["words"]
    )
    status, problem = request(f"{address}/predict", b"no audio", **{"Content-Type": "audio/wav"})
    assert status == 415 and problem["status"] == 415
    done = asr_project.command("predict", asr_project.root / "model/served_example.wav")
    assert json.loads(done.output)["text"] == answer["text"]


def test_own_style_types_and_licences_hold(asr_project: Project) -> None:
    asr_project.make("lint")
    listed = (asr_project.root / "VOICES.md").read_text("utf-8")
    assert "GPL-3.0-or-later" in listed and "CC BY 3.0" in listed


@pytest.mark.parametrize(
    "preset", ["free-spoken-digits", pytest.param("speech-commands", marks=pytest.mark.full)]
)
def test_a_collection_of_kaggle_runs_from_fetch_to_an_answer(
    preset: str,
    generate: Generate,
    asr_project: Project,
    kaggle: Any,
    stand_in: ModuleType,
    tmp_path: Path,
) -> None:
    answers = {key: str(value) for key, value in PRESETS[preset]["answers"].items()}
    root = generate("asr", preset, preset=preset, **answers)
    change(root / "config.toml", TINY)
    environment = {
        **asr_project.environment, "PYTHONPATH": str(root / "src"), "HOME": str(tmp_path),
        "KAGGLE_CONFIG_DIR": str(tmp_path / ".kaggle"),
    }  # fmt: skip
    project = Project(root, preset.replace("-", "_"), asr_project.python, environment)
    kaggle.archive, count = asr_recordings.archive(preset)
    fetch = ("-c", SHIM, kaggle.api, project.package, "fetch", "--yes")
    project.run(project.python, *fetch, environment={"KAGGLE_API_TOKEN": stand_in.TOKEN})
    for step in ("train", "evaluate", "promote"):
        project.command(step)
    results = project.metrics()
    assert results["split"]["rule"] == "speaker" and results["dataset"]["sample"] is False
    assert sum(results["split"]["rows"].values()) == count
    assert results["metrics"]["wer"]["high"] < results["baselines"]["silence"]["wer"]["low"]
    clip = asr_recordings.tones(4, 3, 8_000, random.Random(9))
    with project.serve() as served:
        status, answer = request(f"{served}/predict", clip, **{"Content-Type": "audio/wav"})
    words = asr_recordings.DIGITS if "digits" in preset else asr_recordings.COMMANDS
    assert status == 200 and set(answer["text"].split()) <= set(words)


def test_fine_tuning_runs_offline_on_a_tiny_pretrained_model(asr_project: Project) -> None:
    """The extra `pretrained` is not part of `make setup`, so that its own tests were skipped."""
    python = asr_project.python
    asr_project.run(python, "-m", "pip", "install", "--quiet", "-c", "constraints.txt",
                    "transformers>=4.57")  # fmt: skip
    offline = {"HF_HUB_OFFLINE": "1"}
    words = ("-m", "pytest", "-q", "--no-cov", "-rs", "tests/test_pretrained.py")
    done = asr_project.run(python, *words, network=False, environment=offline)
    assert "skipped" not in done.output and "2 passed" in done.output


@pytest.mark.browser
def test_a_visitor_speaks_into_the_microphone(
    chromium: str, address: str, asr_project: Project
) -> None:
    """Chromium's stand-in for a microphone plays the example; the page makes the wav itself."""
    example = asr_project.root / "model/served_example.wav"
    flags = [
        *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
        *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
        f"--use-file-for-fake-audio-capture={example}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_context(permissions=["microphone"]).new_page()
        page.add_init_script(KEEP_SENT)
        page.goto(f"{address}/")
        page.locator("#wave svg").wait_for()
        page.get_by_role("button", name="Record").click()
        expect(page.locator("#state")).to_contain_text("Recording … 3 s", timeout=20_000)
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#state")).to_contain_text("Your recording", timeout=20_000)
        with page.expect_request("**/predict") as sent:
            page.get_by_role("button", name="Predict").click()
        assert sent.value.headers["content-type"] == "audio/wav"
        # Chromium does not show what a request with a Blob carried: the page keeps its first bytes.
        assert page.evaluate("sent") == "RIFF"
        page.locator("#result[aria-busy=false] .answer").wait_for()
        browser.close()
