"""Remake docs/img/prompts.svg, the picture of the prompts in the README.

    .venv/bin/python tools/picture_prompts.py [TEMPLATE]

Runs `mlstarter new` in a real terminal (tmux) in an empty folder, answers as a user would, and
turns what stands on the screen at the end into an SVG. Without TEMPLATE the built-in one is used.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OUT = Path(__file__).parents[1] / "docs" / "img" / "prompts.svg"
COLUMNS, LINES = 84, 38
# What to wait for and the keys to send then.
DIALOGUE = [
    ("Start from", ["Enter"]),
    ("Which preset", ["Enter"]),
    ("What is the project called", ["flight-delays", "Enter"]),
    ("Enter to create it", ["Enter"]),
    ("make serve", []),
]


def main(arguments: list[str]) -> None:
    """Play the dialogue and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        (home / "projects").mkdir(parents=True)
        screen = play(home, arguments)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(svg(screen), encoding="utf-8")
    print(f"wrote {OUT}")


def play(home: Path, arguments: list[str]) -> str:
    """Run the dialogue in tmux and return the last screen with its escape sequences."""
    source = ["--template", *arguments] if arguments else []
    program = shlex.join([sys.executable, "-m", "mlstarter", "new", *source])
    script = f"clear; printf '$ mlstarter new\\n'; {program}; sleep 600"
    config = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
    }
    tmux = ["tmux", "-L", f"mlstarter-picture-{os.getpid()}", "-f", os.devnull]
    size = ["-x", str(COLUMNS), "-y", str(LINES)]
    environment = {**os.environ, **config}
    subprocess.run(
        [*tmux, "new-session", "-d", *size, "-c", str(home / "projects"), script],
        env=environment,
        check=True,
    )
    try:
        for text, keys in DIALOGUE:
            wait(tmux, text)
            for key in keys:
                subprocess.run([*tmux, "send-keys", key], check=True)
        return capture(tmux, "-e")
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


def wait(tmux: list[str], text: str) -> None:
    """Wait until ``text`` stands on the screen and it has stopped changing."""
    before = ""
    for _ in range(200):
        now = capture(tmux)
        if text in now and now == before:
            return
        before = now
        time.sleep(0.3)
    raise SystemExit(f"never saw {text!r} on:\n{before}")


def capture(tmux: list[str], *options: str) -> str:
    """Return what stands on the screen."""
    process = subprocess.run(
        [*tmux, "capture-pane", "-p", *options], capture_output=True, text=True, check=True
    )
    return process.stdout.rstrip()


def svg(screen: str) -> str:
    """Draw the screen; no font is fetched from anywhere."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    console.print(Text.from_ansi(screen))
    drawing = console.export_svg(title="mlstarter new", unique_id="prompts")
    return re.sub(r"@font-face \{.*?\}\s*", "", drawing, flags=re.DOTALL)


if __name__ == "__main__":
    main(sys.argv[1:])
