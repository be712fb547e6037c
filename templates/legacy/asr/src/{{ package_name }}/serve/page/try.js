// Record from the microphone or choose a file; see the waveform, the words and when they are said.
import { bar, element, number, percent, post, start } from "./page.js";

const RATE = 16000;
const svg = (tag, attributes, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

start((model, fields) => {
  const { longest } = model.input;
  const { words } = model.output;
  const record = element("button", { type: "button", id: "record" }, "Record");
  const file = element("input", {
    type: "file", id: "file", accept: ".wav,.flac,.ogg,.mp3", "aria-describedby": "file-hint",
  });
  const state = element("p", { class: "hint", id: "state", role: "status" });
  const player = element("audio", { controls: true });
  const drawing = element("div", { id: "wave" });
  let clip = null; // {blob, type, seconds} to be sent

  fields.append(
    element("div", { class: "field" }, element("strong", {}, "Your microphone"), record,
      element("p", { class: "hint" }, "Nothing is kept: the recording is sent, recognised and forgotten.")),
    element("div", { class: "field" }, element("label", { for: "file" }, "Or a file"), file,
      element("p", { class: "hint", id: "file-hint" }, `wav, flac, ogg or mp3, at most ${longest} s`)),
  );
  const heard = element("div", { id: "heard" }, state, drawing, player);
  fields.after(heard);

  async function use(blob, type, name) {
    clip = { blob, type, seconds: null };
    if (player.src) URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(blob);
    state.textContent = name;
    drawing.replaceChildren();
    try {
      const samples = await decode(blob);
      clip.seconds = samples.length / RATE;
      state.textContent = `${name}, ${clip.seconds.toFixed(1)} s`;
      drawing.replaceChildren(waveform(samples));
    } catch {
      state.textContent = `${name} (this browser cannot draw it)`;
    }
  }

  async function example() {
    const response = await fetch("example.wav");
    if (response.ok) {
      await use(await response.blob(), "audio/wav", `The example: “${model.example.text}”`);
    } else {
      clip = null;
      state.textContent = "Record something or choose a file.";
    }
  }

  file.addEventListener("change", () => {
    const [chosen] = file.files;
    if (chosen) use(chosen, chosen.type || "audio/wav", chosen.name);
  });
  const recorder = microphone(record, state, longest, async (blob) => {
    file.value = "";
    await use(await toWav(blob), "audio/wav", "Your recording");
  });
  record.addEventListener("click", recorder);
  const ready = example();

  const shown = words.length > 12 ? `${words.slice(0, 12).join(", ")}, …` : words.join(", ");
  return {
    lead: `Say words out of a closed vocabulary of ${words.length}: ${shown}. Other words come out as ` +
      `these. ${measured(model.metrics, model.data.sample)}`,
    call: `curl ${new URL("predict", location.href)} -F 'file=@recording.wav'`,
    reset: () => { file.value = ""; example(); },
    submit: async () => {
      await ready;
      if (!clip) throw new Error("Record something or choose a file first.");
      const answer = await post(clip.blob, clip.type);
      drawing.querySelector("svg")?.replaceWith(waveform(await decode(clip.blob), answer.words));
      return result(answer);
    },
  };
});

/** The error rates on the test split and on real people, side by side. */
function measured(metrics, synthetic) {
  const rate = ({ value, low, high }) => `${percent(value)} (${percent(low)} to ${percent(high)})`;
  const tested = synthetic ? "synthetic voices" : "recordings of people it never heard";
  const parts = [["wer", tested], ["wer_real_words", "recorded words of real people"],
    ["wer_own_recordings", "the author's own recordings"]]
    .filter(([name]) => metrics[name])
    .map(([name, words]) => `${rate(metrics[name])} on ${words}`);
  if (!parts.length) return "";
  const real = parts.length > 1 || !synthetic ? "" : "; on real people it was not measured";
  return `Of 100 words it gets wrong, leaves out or adds: ${parts.join(", ")}${real}.`;
}

function result(answer) {
  const nodes = [element("p", { class: "answer" }, answer.text || "(no words)")];
  for (const warning of answer.warnings) nodes.push(element("p", {}, warning));
  if (answer.words.length) {
    nodes.push(element("p", { class: "hint" }, "When each word is said, and how confident the model is:"));
    nodes.push(element("ol", {}, ...answer.words.map(({ text, start, end, confidence }) =>
      element("li", {}, `${text}, ${start.toFixed(2)} to ${end.toFixed(2)} s`,
        bar(confidence, `confidence ${percent(confidence)}`)))));
  }
  nodes.push(element("p", { class: "hint" },
    `${number(answer.seconds)} s of audio. The letters without the lexicon: “${answer.greedy}”`));
  return nodes;
}

/** The function behind the button: the first click records, the second stops. */
function microphone(button, state, longest, done) {
  let recorder = null;
  return async () => {
    if (recorder) return recorder.stop();
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    } catch {
      state.textContent = "The browser gave no access to a microphone. Choose a file instead.";
      return undefined;
    }
    const parts = [];
    const began = performance.now();
    recorder = new MediaRecorder(stream);
    const clock = setInterval(() => {
      const seconds = (performance.now() - began) / 1000;
      state.textContent = `Recording … ${seconds.toFixed(0)} s`;
      if (seconds > longest - 1) recorder?.stop();
    }, 250);
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    recorder.addEventListener("stop", async () => {
      clearInterval(clock);
      for (const track of stream.getTracks()) track.stop();
      const type = recorder.mimeType;
      recorder = null;
      button.textContent = "Record";
      try {
        await done(new Blob(parts, { type }));
      } catch {
        state.textContent = "The recording could not be read. Try again, or choose a file.";
      }
    });
    recorder.start();
    button.textContent = "Stop";
    state.textContent = "Recording …";
    return undefined;
  };
}

/** The samples of a recording: mono, 16 kHz, as the model takes them. */
async function decode(blob) {
  const context = new OfflineAudioContext(1, 1, RATE); // decoding resamples to the context's rate
  const audio = await context.decodeAudioData(await blob.arrayBuffer());
  const mono = new Float32Array(audio.length);
  for (let channel = 0; channel < audio.numberOfChannels; channel += 1) {
    const samples = audio.getChannelData(channel);
    for (let i = 0; i < mono.length; i += 1) mono[i] += samples[i] / audio.numberOfChannels;
  }
  return mono;
}

/** What the browser recorded, in whatever format it likes, as a 16-bit wav file. */
async function toWav(blob) {
  const samples = await decode(blob);
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, value) => [...value].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * samples.length, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, 2 * samples.length, true);
  samples.forEach((value, i) => view.setInt16(44 + 2 * i, 32767 * Math.max(-1, Math.min(1, value)), true));
  return new Blob([view], { type: "audio/wav" });
}

/** The loudest sample of each of 300 parts, with the words where they are said. */
function waveform(samples, words = []) {
  const count = 300;
  const seconds = samples.length / RATE;
  const size = Math.max(1, Math.floor(samples.length / count));
  const lines = [];
  let most = 1e-4;
  const peaks = Array.from({ length: count }, (_, i) => {
    let peak = 0;
    for (let j = i * size; j < Math.min((i + 1) * size, samples.length); j += 1) peak = Math.max(peak, Math.abs(samples[j]));
    most = Math.max(most, peak);
    return peak;
  });
  peaks.forEach((peak, i) => {
    const height = 1 + (38 * peak) / most;
    lines.push(svg("rect", { x: 2 * i, y: 40 - height, width: 1.4, height: 2 * height, class: "fill" }));
  });
  const label = words.length
    ? words.map(({ text, start, end }) => `${text} from ${start} to ${end} s`).join(", ")
    : `waveform of ${seconds.toFixed(1)} s`;
  const picture = svg("svg", { viewBox: `0 0 600 ${words.length ? 126 : 80}`, role: "img", "aria-label": label, class: "wave" }, ...lines);
  for (const [i, { text, start, end }] of words.entries()) {
    const left = (600 * start) / seconds;
    const width = (600 * (end - start)) / seconds;
    picture.append(
      svg("rect", { x: left, y: 84, width, height: 4, rx: 2, class: "fill" }),
      svg("text", { x: left + width / 2, y: 104 + 16 * (i % 2), "text-anchor": "middle", "font-size": 14, fill: "currentColor" }, text),
    );
  }
  return picture;
}
