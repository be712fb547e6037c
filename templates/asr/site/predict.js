// What the page knows of recordings: what is recorded or chosen -> 16-bit samples at 16 kHz -> the
// graph's inputs -> words, as the service does it (features.py, inference.py); and the form.
import { greedy, search } from "./decode.js";
import { element, percent } from "./elements.js";

export const DOWNLOAD = "about 6 MB";
const HEADER = 44; // bytes of a wav file, as toWav and the service's write_wav make it
const QUIET = 1e-3; // of full scale: below this peak nothing was recorded

/** A request is a wav file of 16 bits at 16 kHz, in base64 where it stands in a JSON file. */
function bytesOf({ wav }) {
  return typeof wav === "string" ? Uint8Array.from(atob(wav), (letter) => letter.charCodeAt(0)) : wav;
}

const samplesOf = (request) =>
  Float32Array.from(new Int16Array(bytesOf(request).slice(HEADER).buffer), (value) => value / 32768);

/** What is wrong with a request, in the service's words. */
export function refusals(request, { input: { rate, shortest, longest } }) {
  const bytes = bytesOf(request);
  const refuse = (msg) => [{ loc: ["body"], msg, type: "value_error" }];
  if (String.fromCharCode(...bytes.slice(8, 12)) !== "WAVE") {
    return refuse("This is no wav, flac, ogg or mp3 file.");
  }
  const seconds = (bytes.length - HEADER) / 2 / rate;
  const fits = shortest <= seconds && seconds <= longest;
  return fits ? [] : refuse(`A recording lasts ${shortest} to ${longest} s.`);
}

export function toInputs(request) {
  const audio = samplesOf(request);
  return {
    audio: { kind: "float32", data: audio, dims: [1, audio.length] },
    samples: { kind: "int64", data: BigInt64Array.of(BigInt(audio.length)), dims: [1] },
  };
}

/** The answer to a request from what the graph gave, as POST /predict gives it. */
export function toAnswer(scores, request, { input, output, model }) {
  const samples = samplesOf(request);
  const answer = { text: "", words: [], warnings: [], model: model.id };
  answer.seconds = Number((samples.length / input.rate).toFixed(3));
  if (!samples.some((value) => Math.abs(value) >= QUIET)) {
    return { ...answer, warnings: ["The recording is silent: is the right microphone on?"] };
  }
  if (output.decoder === "lexicon") {
    answer.words = search(scores, output);
    answer.text = answer.words.map(({ text }) => text).join(" ");
  } else if (output.decoder === "greedy") {
    const words = greedy(scores, output.symbols).split(" ");
    answer.text = words.filter((word) => !output.fillers.includes(word)).join(" ");
  }
  if (!answer.text) answer.warnings.push("No word that the model knows was heard.");
  return answer;
}

export const toBody = (request) => ({ body: bytesOf(request), contentType: "audio/wav" });
export const command = (address) => `curl ${address} -H 'Content-Type: audio/wav' --data-binary @recording.wav`;

export function lead({ output: { words, decoder } }) {
  const names = words.length > 12 ? `${words.slice(0, 12).join(", ")}, …` : words.join(", ");
  return `Say a few words, and the model writes them down. ${decoder === "lexicon"
    ? `It knows ${words.length} words and no others: ${names}.` : ""}`;
}

/** A backend like backend.js's `browser`, in a worker. */
export function inWorker(say) {
  const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  const waiting = new Map();
  worker.addEventListener("message", ({ data: { id, say: text, answer, message, errors } }) => {
    if (text) return say(text);
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (message === undefined) return resolve(answer);
    return reject(Object.assign(new Error(message), errors && { errors }));
  });
  let count = 0;
  const ask = (request) => new Promise((resolve, reject) => {
    count += 1;
    waiting.set(count, { resolve, reject });
    worker.postMessage({ id: count, request });
  });
  const metadata = fetch("metadata.json").then((response) => response.json());
  return { metadata, ready: () => ask(null), predict: ask };
}

/** The mean of channels; the first where they cancel each other out, as features.py has it. */
export function toMono(channels) {
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const power = (samples) => samples.reduce((total, value) => total + value * value, 0);
  const mean = channels[0].map((_, i) => sum(channels.map((channel) => channel[i])) / channels.length);
  return power(mean) < sum(channels.map(power)) / channels.length / 100 ? channels[0] : mean;
}

/** What a browser can read of a file, as a wav file: mono, 16 bits, 16 kHz. */
async function toWav(blob, rate) {
  const context = new OfflineAudioContext(1, 1, rate); // decoding resamples to the context's rate
  const audio = await context.decodeAudioData(await blob.arrayBuffer());
  const channels = Array.from({ length: audio.numberOfChannels }, (_, i) => audio.getChannelData(i));
  const view = new DataView(new ArrayBuffer(HEADER + 2 * audio.length));
  const text = (at, value) => [...value].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF"); text(8, "WAVEfmt "); text(36, "data");
  [[4, 36 + 2 * audio.length], [16, 16], [24, rate], [28, 2 * rate], [40, 2 * audio.length]]
    .forEach(([at, value]) => view.setUint32(at, value, true));
  [[20, 1], [22, 1], [32, 2], [34, 16]].forEach(([at, value]) => view.setUint16(at, value, true));
  toMono(channels).forEach((value, i) => {
    view.setInt16(HEADER + 2 * i, Math.round(32767 * Math.max(-1, Math.min(1, value))), true);
  });
  return new Uint8Array(view.buffer);
}

/** The form: the microphone, or a file; the example until one of them is used. */
export function makeForm({ input, example }) {
  const button = element("button", { type: "button", id: "record" }, "Record");
  const file = element("input", { type: "file", id: "file", accept: "audio/*" });
  const state = element("p", { class: "hint", id: "clip", role: "status" });
  const player = element("audio", { controls: true, "aria-label": "What the model will hear" });
  const error = element("p", { class: "error", id: "clip-error" });
  const save = element("a", { download: "recording.wav" }, "Save it as a wav file");
  let wav = null;

  const use = (bytes, name) => {
    wav = bytes;
    if (player.src) URL.revokeObjectURL(player.src);
    player.src = save.href = URL.createObjectURL(new Blob([bytes], { type: "audio/wav" }));
    state.textContent = `${name}, ${((bytes.length - HEADER) / 2 / input.rate).toFixed(1)} s`;
    error.textContent = "";
  };
  const read = async (blob, name) => {
    try {
      use(await toWav(blob, input.rate), name);
    } catch {
      error.textContent = "This browser cannot read that file. Choose a wav, flac, ogg or mp3 file.";
    }
  };
  const reset = () => { file.value = ""; use(bytesOf(example), "The example"); };
  file.addEventListener("change", () => file.files[0] && read(file.files[0], file.files[0].name));
  button.addEventListener("click", microphone(button, state, input.longest, (blob) => read(blob, "Your recording")));
  reset();
  const field = (...nodes) => element("div", { class: "field" }, ...nodes);
  return {
    nodes: [
      field(element("strong", {}, "Your microphone"), button),
      field(element("label", { for: "file" }, `Or a file of at most ${input.longest} s`), file),
      field(state, player, save, error),
    ],
    read: async () => ({ request: { wav }, errors: [] }),
    reset,
    complain: (errors) => errors,
  };
}

/** What a button does that records: the first click begins, the second one ends. */
function microphone(button, state, longest, finish) {
  let recorder = null;
  const stop = () => recorder?.stop();
  return async () => {
    if (recorder) return stop();
    const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
    if (!stream) {
      state.textContent = "The browser gave no access to a microphone. Choose a file instead.";
      return null;
    }
    const parts = [];
    recorder = new MediaRecorder(stream);
    const timer = setTimeout(stop, 1000 * (longest - 1));
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    recorder.addEventListener("stop", () => {
      clearTimeout(timer);
      stream.getTracks().forEach((track) => track.stop());
      button.textContent = "Record";
      finish(new Blob(parts, { type: recorder.mimeType }));
      recorder = null;
    });
    recorder.start();
    button.textContent = "Stop";
    state.textContent = "Recording …";
    return null;
  };
}

/** The nodes that show an answer. */
export function answerNodes({ text, words, warnings }) {
  const row = ({ text: word, start, end, confidence }) => element("li", {},
    `${word}: ${start.toFixed(2)} to ${end.toFixed(2)} s, confidence ${percent(confidence)}`);
  return [
    element("p", { class: "answer" }, text || "(no words)"),
    ...warnings.map((warning) => element("p", {}, warning)),
    element("ol", { class: "hint" }, ...words.map(row)),
  ];
}
