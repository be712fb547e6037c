// The form of a text model: a box for the text, the probabilities, and the words that speak for
// the answer.
import { bar, element, percent, post, start } from "./page.js";

document.head.append(element("link", { rel: "stylesheet", href: "page/try.css" }));

start((model, fields) => {
  const [example] = model.example.texts;
  const box = element("textarea", {
    id: "text", rows: 5, maxlength: model.input.max_chars, required: "",
    "aria-describedby": "text-hint text-error",
  });
  const hint = `Up to ${model.input.max_chars.toLocaleString("en")} characters.`;
  fields.append(element("div", { class: "field" },
    element("label", { for: "text" }, "Text"), box,
    element("p", { class: "hint", id: "text-hint" }, hint),
    element("p", { class: "error", id: "text-error" })));
  const reset = () => { complain(box, []); box.value = example; };
  reset();
  return {
    lead: `Write or paste a text, and the model chooses among ${model.output.classes.length} classes.`,
    call: `curl ${new URL("predict", location.href)} -H 'Content-Type: application/json' \\\n` +
      `  -d '${JSON.stringify(model.example).replaceAll("'", "'\\''")}'`,
    reset,
    refused: (errors) => complain(box, errors),
    submit: async () => {
      complain(box, []);
      const text = box.value;
      const answer = await post(JSON.stringify({ texts: [text], explain: true }), "application/json");
      return nodes(text, answer.predictions[0]);
    },
  };
});

function complain(box, errors) {
  if (errors.length) box.setAttribute("aria-invalid", "true");
  else box.removeAttribute("aria-invalid");
  document.getElementById("text-error").textContent = errors.map(({ message }) => message).join(" ");
}

function nodes(text, { prediction, probabilities, threshold, warnings, parts }) {
  const ranked = Object.entries(probabilities).slice(0, 5);
  const [best, share] = ranked[0];
  const found = [
    element("p", { class: "answer" }, prediction ?? "I do not know"),
    bar(share, `Probability ${percent(share)}, threshold ${percent(threshold)}`, threshold),
    element("p", {}, prediction === null
      ? `The likeliest is “${best}” with ${percent(share)}; the model answers from ${percent(threshold)} (the mark) upwards.`
      : `The probability of “${best}” is ${percent(share)}.`),
    element("table", {},
      element("caption", { class: "hint" }, "The most probable classes"),
      ...ranked.map(([name, value]) => element("tr", {},
        element("th", { scope: "row" }, name), element("td", {}, value < 0.001 ? "under 0.1\u00a0%" : percent(value))))),
  ];
  if (parts.length) found.push(...highlights(text, parts, best));
  if (warnings.length) found.push(element("ul", {}, ...warnings.map((line) => element("li", {}, line))));
  return found;
}

/** The text with the words marked without which the answer would lose most of its log-odds. */
function highlights(text, parts, best) {
  const strongest = Math.max(...parts.map(({ weight }) => weight), 1e-9);
  const line = element("p", { class: "text" });
  let at = 0;
  // Python counts code points, JavaScript half of some of them.
  const points = [...text];
  const slice = (from, to) => points.slice(from, to).join("");
  for (const { start: from, end, weight } of parts) {
    line.append(slice(at, from));
    const part = weight / strongest;
    const level = weight < 0.2 || part < 0.25 ? "" : part < 0.6 ? "some" : "much";
    line.append(level ? element("mark", { class: level }, slice(from, end)) : slice(from, end));
    at = end;
  }
  line.append(slice(at));
  const hint = `Marked: the words that speak for “${best}”, in bold those that say most.`;
  return [element("p", { class: "hint" }, hint), line];
}
