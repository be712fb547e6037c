"""How long a visitor of a published page waits for the first answer, beside a bare page.

    python -m benchmarks.site                       makes a tabular project and trains it first
    python -m benchmarks.site --project DIR         measures that one, of any type (`make site` was
                                                    run in it)

The bare page loads onnxruntime-web and the same graph, and runs it once on the example, whose
inputs stand in it as the graph takes them (node makes them): no form, no description, no style.
Both are served gzipped, as Pages does it, and opened in turns, each time in a browser that has
nothing cached; the figure is the median of the ratios of neighbours. One run is without a limit,
another on a line of 20 Mbit/s with 40 ms.
"""

from __future__ import annotations

import gzip
import http.server
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.command import Unavailable, make_parser, round_count, run_alone
from benchmarks.serve import make_project

ROUNDS = 15
LINE = {"offline": False, "latency": 40, "downloadThroughput": 2.5e6, "uploadThroughput": 2.5e6}
LINES: dict[str, dict[str, Any] | None] = {"no limit": None, "20 Mbit/s, 40 ms": LINE}
BARE = """<!doctype html><title>bare</title><link rel="icon" href="data:,"><script type="module">
import * as ort from "./runtime/ort.wasm.min.mjs";
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create("model.onnx");
const { inputs, output } = INPUTS;
const feeds = {};
for (const [name, { kind, data, dims }] of Object.entries(inputs)) {
  const values = kind === "int64" ? BigInt64Array.from(data, BigInt)
    : kind === "uint8" ? Uint8Array.from(data) : data;
  feeds[name] = new ort.Tensor(kind, values, dims);
}
const outputs = await session.run(feeds, [output]);
document.body.textContent = outputs[output].data.slice(0, 100).join(" ");
document.documentElement.dataset.answered = performance.now();
</script><body></body>
"""
# Presses the button as soon as there is one, and notes when the answer stands there.
PRESS = """(() => {
    let pressed = false;
    const look = () => {
        const form = document.getElementById("form");
        if (form && !form.hidden && !pressed) { pressed = true; form.requestSubmit(); }
        const seen = document.documentElement.dataset;
        if (seen.answered || !document.querySelector("#result .answer")) return;
        seen.answered = performance.now();
    };
    const changes = { subtree: true, childList: true, attributes: true };
    new MutationObserver(look).observe(document, changes);
})()"""


# What the page makes of its example before it asks the graph.
INPUTS = """
import { readFileSync } from "node:fs";
import { toInputs } from "./predict.js";
const { example, ...metadata } = JSON.parse(readFileSync("metadata.json"));
const plain = ({ kind, data, dims }) =>
  ({ kind, dims, data: Array.from(data, (value) => kind === "int64" ? String(value) : value) });
const inputs = Object.entries(await toInputs(example, metadata))
  .map(([name, tensor]) => [name, plain(tensor)]);
console.log(JSON.stringify({ inputs: Object.fromEntries(inputs), output: metadata.output.name }));
"""


def write_bare_page(folder: Path) -> None:
    """Write bare.html beside a site: the example's inputs stand in it as the graph takes them."""
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    command = ["node", "--input-type=module", "-e", INPUTS]
    process = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    (folder / "bare.html").write_text(
        BARE.replace("INPUTS", process.stdout.strip()), encoding="utf-8"
    )


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder gzipped on the loopback; yield its address."""

    @cache
    def body(path: str) -> bytes:
        return gzip.compress(Path(path).read_bytes(), 6)

    class Handler(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.translate_path(self.path)
            data = body(path)
            self.send_response(200)
            self.send_header("Content-Type", self.guess_type(path))
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def first_answer(browser: Browser, url: str, line: dict[str, Any] | None) -> float:
    """Return the milliseconds from the start of the navigation to the first answer."""
    context = browser.new_context()
    page = context.new_page()
    if line:
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
    page.add_init_script(PRESS)
    page.goto(url)
    answer = page.locator("html[data-answered]")
    answer.wait_for(state="attached", timeout=120_000)
    seconds = float(str(answer.get_attribute("data-answered")))
    context.close()
    return seconds


def measure(chromium: str, address: str, rounds: int) -> None:
    """Open both pages in turns on each line, and print medians and ratios."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    pages = {"page": f"{address}/index.html", "bare": f"{address}/bare.html"}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for name, line in LINES.items():
            times: dict[str, list[float]] = {"page": [], "bare": []}
            for number in range(-1, rounds):  # the first round warms up
                for page in sorted(pages, reverse=bool(number % 2)):
                    seconds = first_answer(browser, pages[page], line)
                    if number >= 0:
                        times[page].append(seconds)
            ratios = [a / b for a, b in zip(times["page"], times["bare"], strict=True)]
            low, _, high = quantiles(ratios, n=4)
            print(
                f"{name}: first answer {median(times['page']):.0f} ms, bare page "
                f"{median(times['bare']):.0f} ms, ratio {median(ratios):.2f} "
                f"[{low:.2f}, {high:.2f}] ({rounds} rounds; at most 1.5)"
            )
        browser.close()


def main(arguments: list[str] | None = None) -> None:
    """Measure a project's page, or that of one which is made for it."""
    parser = make_parser(__doc__)
    parser.add_argument("--project", type=Path, help="a project in which the site is built")
    parser.add_argument("--chromium", default="chromium", help="the browser's command")
    parser.add_argument("--rounds", type=round_count, default=ROUNDS)
    options = parser.parse_args(arguments)
    for command in ("node", options.chromium):
        if shutil.which(command) is None:
            raise Unavailable(f"{command} is not installed; it opens or makes what is measured")
    with tempfile.TemporaryDirectory() as scratch:
        project = options.project or make_project(Path(scratch))
        if not options.project:
            subprocess.run(["make", "site"], cwd=project, check=True)
        build = Path(project) / "site/build"
        if not build.is_dir():
            raise Unavailable(f"{build} is not there: run make site")
        folder = Path(scratch) / "pages"
        shutil.copytree(build, folder)
        write_bare_page(folder)
        with serving(folder) as address:
            measure(str(shutil.which(options.chromium)), address, options.rounds)


if __name__ == "__main__":
    run_alone(main)
