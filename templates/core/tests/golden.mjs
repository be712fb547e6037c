// The gate between service and page: the page's JavaScript answers the golden requests that
// training wrote, and ends with 1 where an answer differs from the service's.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Refusal, run } from "../site/backend.js";
import * as ort from "../data/cache/onnxruntime-web/package/dist/ort.wasm.min.mjs";

const read = (name) => readFileSync(new URL(`../model/${name}`, import.meta.url));
const metadata = JSON.parse(read("metadata.json"));
const golden = JSON.parse(read("golden.json"));
const graph = read("model.onnx");
const problems = [];

/** Where two answers differ, as paths; numbers may by the tolerance, large ones relative to it. */
function differences(expected, answer, path = "") {
  if (typeof expected === "number" && typeof answer === "number") {
    const allowed = golden.tolerance * Math.max(1, Math.abs(expected));
    return Math.abs(expected - answer) <= allowed ? [] : [`${path}: ${answer} for ${expected}`];
  }
  if (expected === null || answer === null || typeof expected !== "object" || typeof answer !== "object") {
    return expected === answer ? [] : [`${path}: ${JSON.stringify(answer)} for ${JSON.stringify(expected)}`];
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(answer)]);
  return [...names].flatMap((name) => differences(expected[name], answer[name], `${path}.${name}`));
}

ort.env.wasm.numThreads = 1;
if (createHash("sha256").update(graph).digest("hex") !== metadata.model.sha256) {
  problems.push("model.onnx is not the file that metadata.json describes");
}
try {
  const session = await ort.InferenceSession.create(graph);
  for (const { name, request, answer, refused = false } of golden.cases) {
    const outcome = await run(ort, session, metadata, request).catch((error) => {
      if (error instanceof Refusal) return null;
      throw error;
    });
    if (refused !== (outcome === null)) {
      problems.push(`${name}: ${refused ? "answered, not refused" : "refused, not answered"}`);
    } else if (!refused) {
      problems.push(...differences(answer, outcome).map((text) => `${name}${text}`));
    }
  }
} catch (error) {
  problems.push(`the graph cannot be run: ${error.message}`);
}
if (!golden.cases.some(({ refused }) => !refused)) problems.push("golden.json holds no answer");
console.log(problems.length
  ? problems.slice(0, 20).join("\n")
  : `All ${golden.cases.length} golden requests get the service's answer in JavaScript.`);
process.exit(problems.length ? 1 : 0);
