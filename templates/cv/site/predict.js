// What the page knows of pictures: a visitor's file -> pixels -> the graph's input -> an answer, as
// the service does it (features.py, inference.py), and the form. golden.mjs holds the two together.
// A request is { height, width, channels, pixels }, the pixels as base64 of one byte a value.
import { bar, element, percent } from "./elements.js";

const MOST = 2e6; // pixels that the graph resizes; above, squares of pixels are averaged before
const LARGEST = 64e6;
const TOO_LARGE = "A picture may have 64 million pixels, not more.";
const TOO_MANY_BITS = "A browser keeps 8 of this PNG's 16 bits of grey: save it with 8, or ask the project's service.";
const UNREADABLE = "The file is damaged, or no picture that can be read.";

/** What is wrong with a request: a list of { loc, msg, type }. */
export function refusals({ height, width, channels, pixels, is16Bit }, { input }) {
  if (is16Bit) return [refusal(TOO_MANY_BITS)];
  const fits = [height, width].every((side) => Number.isInteger(side) && side > 0) &&
    height * width <= MOST && channels === input.channels &&
    typeof pixels === "string" && toBytes(pixels).length === height * width * channels;
  return fits ? [] : [refusal(UNREADABLE)];
}

const refusal = (msg) => ({ loc: ["body"], msg, type: "value_error" });

const toBytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function toBase64(bytes) {
  const parts = [];
  for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
  return btoa(parts.join(""));
}

/** The graph's input: one picture; the graph itself resizes it. */
export function toInputs({ height, width, channels, pixels }) {
  return { images: { kind: "uint8", data: toBytes(pixels), dims: [1, height, width, channels] } };
}

/** The answer to a request from what the graph gave, as POST /predict gives it. */
export function toAnswer(values, request, { output, model }) {
  const { classes, positive, threshold } = output;
  const shares = Array.from(values);
  const best = shares.indexOf(Math.max(...shares));
  let prediction = classes[best];
  if (positive) {
    const sought = classes.indexOf(positive);
    prediction = classes[shares[sought] >= threshold ? sought : 1 - sought];
  }
  const round = (value) => Math.round(value * 1e6) / 1e6;
  const probabilities = Object.fromEntries(classes.map((name, index) => [name, round(shares[index])]));
  return { prediction, probabilities, ...(threshold === undefined ? {} : { threshold }), model: model.id };
}

/** How many pixels a side become one in a picture of this size. */
export const square = (width, height) => [1, 2, 4, 8].find((side) => width * height <= MOST * side ** 2);

/** Pixels of grey or colour from RGBA, squares of `side` pixels averaged, as Pillow's reduce does it. */
export function shrink(rgba, width, height, side, channels) {
  const [columns, rows] = [width, height].map((length) => Math.ceil(length / side));
  const pixels = new Uint8Array(columns * rows * channels);
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const [right, bottom] = [Math.min(width, (x + 1) * side), Math.min(height, (y + 1) * side)];
      const colour = [0, 0, 0];
      for (let v = y * side; v < bottom; v += 1) {
        for (let u = x * side; u < right; u += 1) {
          for (let c = 0; c < 3; c += 1) colour[c] += rgba[(v * width + u) * 4 + c];
        }
      }
      const count = (right - x * side) * (bottom - y * side);
      const [red, green, blue] = colour.map((sum) => Math.floor((sum + count / 2) / count));
      const levels = channels === 3 ? [red, green, blue]
        : [(red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16]; // Pillow's grey
      pixels.set(levels, (y * columns + x) * channels);
    }
  }
  return { height: rows, width: columns, channels, pixels };
}

/** The request of a file that a visitor chose: upright, on white. */
async function decode(file, { input: { channels } }) {
  const options = { imageOrientation: "from-image", colorSpaceConversion: "none" };
  const header = new Uint8Array(await file.slice(0, 26).arrayBuffer());
  const is16Bit = header[1] === 0x50 && header[24] === 16 && header[25] === 0; // a PNG of grey
  const bitmap = await createImageBitmap(file, options);
  const { width, height } = bitmap;
  if (width * height > LARGEST) throw new Error(TOO_LARGE);
  const side = square(width, height);
  const step = 64 * side; // rows at a time: a canvas of all of them may be larger than a browser allows
  const canvas = new OffscreenCanvas(width, Math.min(step, height));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white";
  const strips = [];
  for (let top = 0; top < height; top += step) {
    const rows = Math.min(step, height - top);
    context.fillRect(0, 0, width, rows);
    context.drawImage(bitmap, 0, -top);
    strips.push(shrink(context.getImageData(0, 0, width, rows).data, width, rows, side, channels));
  }
  const pixels = new Uint8Array(await new Blob(strips.map((strip) => strip.pixels)).arrayBuffer());
  const rows = strips.reduce((sum, strip) => sum + strip.height, 0);
  return { height: rows, width: strips[0].width, channels, pixels: toBase64(pixels), file, is16Bit };
}

/** Draw a request's pixels, larger where they are few. */
function draw(canvas, { height, width, channels, pixels }) {
  const bytes = toBytes(pixels);
  Object.assign(canvas, { height, width });
  const image = new ImageData(width, height);
  for (let i = 0; i < height * width; i += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = bytes[i * channels + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** The body of POST /predict: the visitor's file as it is, the example as PNG. */
export async function toBody(request) {
  if (request.file) return { body: request.file, contentType: request.file.type || "image/png" };
  const canvas = document.createElement("canvas");
  draw(canvas, request);
  const body = await new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  return { body, contentType: "image/png" };
}

/** The command that asks a service at `address` for a picture of one's own. */
export const command = (address) =>
  `curl ${address} -H 'Content-Type: image/png' \\\n  --data-binary @picture.png`;

/** One sentence that says what the form is for. */
export const lead = ({ output }) =>
  `Choose a picture, or keep the example, and the model says which of ${output.classes.length} classes it shows.`;

/** The form, with the example in it: { nodes, read, reset, complain }. */
export function makeForm(metadata) {
  const input = element("input", { type: "file", id: "picture", accept: "image/*", "aria-describedby": "picture-hint picture-error" });
  const error = element("p", { class: "error", id: "picture-error" });
  const preview = element("canvas", { class: "preview", role: "img", "aria-label": "The picture that is asked about" });
  const form = {
    nodes: [element("div", { class: "field" },
      element("label", { for: "picture" }, "Picture"), input,
      element("p", { class: "hint", id: "picture-hint" }, `The classes: ${metadata.output.classes.join(", ")}.`),
      error, preview)],
    read: async () => {
      form.complain([]);
      const [file] = input.files;
      try {
        const request = file ? await decode(file, metadata) : metadata.example;
        draw(preview, request);
        return { request, errors: [] };
      } catch (reason) {
        return { request: null, errors: [refusal(reason.message === TOO_LARGE ? TOO_LARGE : UNREADABLE)] };
      }
    },
    reset: () => {
      form.complain([]);
      input.value = "";
      draw(preview, metadata.example);
    },
    complain: (errors) => {
      error.textContent = errors.map(({ msg }) => msg).join(" ");
      if (errors.length) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      return [];
    },
  };
  input.addEventListener("change", form.read);
  form.reset();
  return form;
}

/** The nodes that show an answer. */
export function answerNodes({ prediction, probabilities, threshold }, { output }) {
  const ranking = Object.entries(probabilities).sort((a, b) => b[1] - a[1]).slice(0, 10);
  const lines = ranking.map(([name, share]) => element("tr", {},
    element("th", { scope: "row" }, name, bar(share, "", name === output.positive ? threshold : null)),
    element("td", {}, percent(share))));
  return [
    element("p", { class: "answer" }, prediction),
    element("table", {}, element("caption", { class: "hint" }, "The most probable classes"), ...lines),
  ];
}
