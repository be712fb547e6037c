// The form of an image model: drop, choose, draw or take an example, and see the probabilities.
import { bar, element, percent, post, start } from "./page.js";

const SIDE = 280; // pixels of the drawing board on the screen
const SHOWN = 10; // classes

document.head.append(element("link", { rel: "stylesheet", href: "page/try.css" }));

start((model, fields) => {
  const { size, channels } = model.input;
  const board = element("canvas", {
    width: SIDE, height: SIDE, tabindex: 0, role: "application", id: "board",
    "aria-label": "Drawing board. Arrow keys move the pen, space puts it down or lifts it.",
    "aria-describedby": "board-hint",
  });
  const pen = board.getContext("2d", { willReadFrequently: true });
  const file = element("input", { type: "file", id: "file", accept: "image/*" });
  const invert = element("input", { type: "checkbox", id: "invert" });
  const status = element("p", { class: "hint", id: "board-hint", role: "status" });
  const drop = element("div", { id: "drop" },
    element("label", { for: "file" }, "Choose an image, or drop one here "), file);
  let source = null; // what is sent as it is: a file, or null for the board

  const say = (text) => { status.textContent = text; };
  const clear = () => {
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, SIDE, SIDE);
    source = null;
    file.value = "";
  };

  /** Show a picture on the board as the model will see it: padded with black, never stretched. */
  async function take(blob, name) {
    let picture;
    try {
      picture = await createImageBitmap(blob);
    } catch {
      clear();
      source = blob; // the service may read what this browser cannot, and says so if not
      say(`${name} cannot be shown here, but it can be sent.`);
      return;
    }
    clear();
    const scale = SIDE / Math.max(picture.width, picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    pen.imageSmoothingEnabled = scale < 1;
    pen.drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
    source = blob;
    say(`${name}: press Predict.`);
  }

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const asBlob = (example) => new Blob([bytes(example.base64)], { type: example.media_type });
  const examples = element("ul", { class: "examples" }, ...model.examples.map((example) => {
    const image = element("img", { src: `data:${example.media_type};base64,${example.base64}`, alt: "" });
    const button = element("button", { type: "button", "aria-label": `Example: ${example.label}` }, image);
    button.addEventListener("click", () => take(asBlob(example), `Example “${example.label}”`));
    return element("li", {}, button);
  }));

  draw(board, pen, () => {
    source = null;
    say("Drawn: press Predict.");
  });
  file.addEventListener("change", () => file.files[0] && take(file.files[0], file.files[0].name));
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      const dropped = kind === "drop" && event.dataTransfer.files[0];
      if (dropped) take(dropped, dropped.name);
    });
  }

  fields.append(
    element("div", {},
      element("p", { id: "examples-title" }, "Take an example …"), examples),
    drop,
    element("div", { class: "board" }, board, element("div", { class: "tools" },
      element("p", { class: "hint" }, "… or draw, light on dark. With the keyboard: arrow keys move the pen, space puts it down."),
      element("label", { for: "invert" }, invert, "Swap light and dark before it is sent"),
      status)));
  examples.setAttribute("aria-labelledby", "examples-title");

  const reset = () => { invert.checked = false; clear(); take(asBlob(model.example), `Example “${model.example.label}”`); };
  reset();
  return {
    lead: `Give the model an image; it chooses among ${model.output.classes.length} classes. ` +
      `It sees ${size} × ${size} pixels in ${channels === 1 ? "grey" : "colour"}.`,
    call: `curl ${new URL("predict", location.href)} -H 'Content-Type: image/png' --data-binary @image.png`,
    reset,
    submit: async () => {
      const body = source && !invert.checked ? source : await fromBoard(board, invert.checked);
      const answer = await post(body, body.type || "application/octet-stream");
      return answerNodes(answer.predictions[0]);
    },
  };
});

/** The board as a PNG, light and dark swapped if asked for. */
function fromBoard(board, inverted) {
  const copy = element("canvas", { width: board.width, height: board.height });
  const context = copy.getContext("2d");
  context.drawImage(board, 0, 0);
  if (inverted) {
    const pixels = context.getImageData(0, 0, copy.width, copy.height);
    for (let i = 0; i < pixels.data.length; i += 4) {
      for (let j = i; j < i + 3; j += 1) pixels.data[j] = 255 - pixels.data[j];
    }
    context.putImageData(pixels, 0, 0);
  }
  return new Promise((done) => copy.toBlob(done, "image/png"));
}

/** Draw with pointer or keys; changed() is called after each stroke. */
function draw(board, pen, changed) {
  const step = SIDE / 28;
  let down = false;
  let at = { x: SIDE / 2, y: SIDE / 2 };
  const line = (to) => {
    pen.strokeStyle = "#fff";
    pen.lineWidth = 2 * step;
    pen.lineCap = "round";
    pen.beginPath();
    pen.moveTo(at.x, at.y);
    pen.lineTo(to.x, to.y);
    pen.stroke();
    at = to;
    changed();
  };
  const place = (event) => {
    const box = board.getBoundingClientRect();
    return { x: (event.clientX - box.left) * SIDE / box.width, y: (event.clientY - box.top) * SIDE / box.height };
  };
  board.addEventListener("pointerdown", (event) => {
    board.setPointerCapture(event.pointerId);
    at = place(event);
    line(at);
  });
  board.addEventListener("pointermove", (event) => { if (event.buttons) line(place(event)); });
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  board.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      down = !down;
      if (down) line(at);
    } else if (event.key in moves) {
      const [dx, dy] = moves[event.key];
      const inside = (value) => Math.min(SIDE, Math.max(0, value));
      const to = { x: inside(at.x + dx * step), y: inside(at.y + dy * step) };
      if (down) line(to);
      else at = to;
    } else {
      return;
    }
    event.preventDefault();
  });
}

function answerNodes({ prediction, probabilities, warnings }) {
  const ranked = Object.entries(probabilities).sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
  const nodes = [
    element("p", { class: "answer" }, prediction),
    element("table", { class: "scores" },
      element("caption", { class: "hint" }, ranked.length < SHOWN ? "How probable each class is" : "The most probable classes"),
      ...ranked.map(([name, share]) => element("tr", {},
        element("th", { scope: "row" }, name),
        element("td", {}, bar(share, `${name}: ${percent(share)}`)),
        element("td", {}, percent(share))))),
  ];
  return nodes.concat(warnings.map((text) => element("p", { class: "hint" }, text)));
}
