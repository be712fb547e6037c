// The page's two backends. Both offer `metadata` (a promise), `ready()` (a promise of a backend
// that can answer) and `predict(request)`, which resolves to an answer as POST /predict gives it.
import * as type from "./predict.js";

const RUNTIME = "./runtime/ort.wasm.min.mjs";

/** A request that is refused; `errors` are as FastAPI gives them: loc, msg, type. */
export class Refusal extends Error {
  constructor(errors) {
    super(errors[0]?.msg ?? "The request is refused.");
    this.errors = errors;
  }
}

/** What a visitor can do about it is the message. */
export class Unavailable extends Error {}

/** Answer a request with an onnxruntime session, in the page and in node alike. */
export async function run(ort, session, metadata, request) {
  const errors = type.refusals(request, metadata);
  if (errors.length) throw new Refusal(errors);
  const inputs = Object.entries(await type.toInputs(request, metadata));
  const feeds = inputs.map(([name, { kind, data, dims }]) => [name, new ort.Tensor(kind, data, dims)]);
  const outputs = await session.run(Object.fromEntries(feeds), [metadata.output.name]);
  const values = outputs[metadata.output.name].data;
  if (!values.every(Number.isFinite)) {
    throw new Refusal([{ loc: ["body"], msg: "The model has no finite answer.", type: "value_error" }]);
  }
  return type.toAnswer(values, request, metadata);
}

/** The service that sent this page. */
export function service() {
  const call = async (path, options) => {
    try {
      return await fetch(path, options);
    } catch {
      throw new Unavailable("The service cannot be reached. Try again.");
    }
  };
  return {
    metadata: call("model").then((response) => response.json()),
    ready: async () => {},
    predict: async (request) => {
      const { body, contentType } = await type.toBody(request);
      const headers = { "Content-Type": contentType };
      const response = await call("predict", { method: "POST", headers, body });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) return answer;
      if (Array.isArray(answer.detail)) throw new Refusal(answer.detail);
      throw new Unavailable(`The service answers ${response.status}: ${answer.detail ?? "no reason given"}`);
    },
  };
}

/** The model in this browser. `say(text)` tells the visitor what is being waited for. */
export function browser(say) {
  const metadata = load("metadata.json").then((response) => response.json());
  let session = null;
  const start = async () => {
    if (typeof WebAssembly !== "object") {
      throw new Unavailable(
        "The model runs in your browser, which needs WebAssembly, and this browser has none or has " +
        "it switched off. Use a current Firefox, Chrome, Edge or Safari (without Lockdown Mode).");
    }
    say("Loading the model …");
    const graph = load("model.onnx").then((response) => response.arrayBuffer());
    const ort = await import(RUNTIME);
    ort.env.wasm.numThreads = 1; // more need headers that a static host does not send
    const ready = await ort.InferenceSession.create(new Uint8Array(await graph));
    say("Ready: the model runs in your browser, and what you enter stays here.");
    return { ort, session: ready };
  };
  const ready = () => {
    session ??= start().catch((error) => {
      session = null; // the next attempt begins anew
      throw error instanceof Unavailable ? error : new Unavailable(
        "The model could not be loaded. Reload the page; if that does not help, try another " +
        `browser. (${error.message})`);
    });
    return session;
  };
  return {
    metadata,
    ready,
    predict: async (request) => {
      const { ort, session: opened } = await ready();
      return run(ort, opened, await metadata, request);
    },
  };
}

async function load(path) {
  const response = await fetch(path).catch(() => null);
  if (!response?.ok) throw new Unavailable(`${path} cannot be fetched. Reload the page to try again.`);
  return response;
}
