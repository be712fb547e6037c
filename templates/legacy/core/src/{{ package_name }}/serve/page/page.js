// What the page of every project type shares: the model's description around the form, sending
// a request, and showing its answer or its error. A type's try.js imports it and brings the form.

const by = (id) => document.getElementById(id);

/** An element with attributes and children; text is never read as HTML. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** A horizontal bar filled to share (0 to 1), with a mark at another share if there is one. */
export function bar(share, label, mark = null) {
  const name = "http://www.w3.org/2000/svg";
  const draw = (parent, tag, attributes) => {
    const node = document.createElementNS(name, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    parent.append(node);
    return node;
  };
  const svg = document.createElementNS(name, "svg");
  svg.setAttribute("class", "bar");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  draw(svg, "rect", { class: "track", y: "25%", width: "100%", height: "50%", rx: 4 });
  draw(svg, "rect", { class: "fill", y: "25%", width: `${100 * share}%`, height: "50%", rx: 4 });
  if (mark !== null) {
    draw(svg, "line", { class: "mark", x1: `${100 * mark}%`, x2: `${100 * mark}%`, y1: 0, y2: "100%" });
  }
  return svg;
}

export const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)}\u00a0%`;
export const number = (value) => String(Number(Number(value).toPrecision(4)));

/** Put nodes in place of what the result showed; a screen reader reads them out. */
export function show(...nodes) {
  by("result").replaceChildren(...nodes);
  by("result").setAttribute("aria-busy", "false");
}

/** The answer to a POST, as an object; throws an Error with `errors` where it is refused. */
export async function post(body, contentType) {
  const response = await fetch("predict", {
    method: "POST",
    headers: { "Content-Type": contentType },
    body,
  });
  const answer = await response.json();
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.detail), { errors: answer.errors ?? [] });
}

/**
 * Show the model's description and the form.
 *
 * build(model, fields) fills the form and returns {lead, call, submit, reset, refused}: a sentence,
 * a command to show, what happens at Predict (a promise of the nodes to show), how to go back to
 * the example, and what to do with the errors of a refused request.
 */
export async function start(build) {
  const form = by("form");
  try {
    const model = await (await fetch("model")).json();
    describe(model);
    const parts = build(model, by("fields"));
    by("lead").textContent = parts.lead;
    by("call").textContent = parts.call;
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      parts.reset();
      show(element("p", { class: "quiet" }, "The example is back: press Predict."));
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      by("result").setAttribute("aria-busy", "true");
      try {
        show(...(await parts.submit()));
      } catch (error) {
        parts.refused?.(error.errors ?? []);
        show(element("p", { class: "error" }, error.errors ? error.message : "The service cannot be reached. Try again."));
      }
      by("result").scrollIntoView({ block: "nearest" });
    });
    form.hidden = false;
  } catch {
    by("lead").textContent = "The service cannot be reached. Reload the page to try again.";
  }
}

function describe(model) {
  const { data, metrics } = model;
  if (data.sample) {
    by("notice").hidden = false;
    by("notice").textContent =
      `This model learnt from the sample data that came with the project (${data.name}). ` +
      "Take its answers as a demonstration.";
  }
  const scores = Object.entries(metrics).map(([name, score]) => {
    const round = (value) => String(Number(value.toPrecision(3)));
    const range = score.low == null ? "" : ` (${round(score.low)} to ${round(score.high)})`;
    return `${name.replaceAll("_", " ")} ${round(score.value)}${range}`;
  });
  const facts = {
    "Model": `${model.model.name.replaceAll("_", " ")}, ${model.model.id}`,
    "Trained": model.model.created.slice(0, 10),
    "Data": `${data.name}, ${data.rows.toLocaleString("en")} examples, ${data.licence}`,
    "Measured, with 95 % intervals": scores.join(" · "),
  };
  for (const [term, text] of Object.entries(facts)) {
    if (text) by("about").append(element("dt", {}, term), element("dd", {}, text));
  }
}
