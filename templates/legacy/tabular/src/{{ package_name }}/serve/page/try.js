// The form of a tabular model, made from the schema that GET /model gives.
import { bar, element, number, percent, post, start } from "./page.js";

start((model, fields) => {
  const features = model.input.features;
  const example = model.example.rows[0];
  const inputs = new Map(features.map((feature) => [feature.name, control(feature)]));
  fields.append(...features.map((feature, index) => field(feature, inputs.get(feature.name), index)));

  const reset = () => {
    complain(inputs, []);
    for (const [name, input] of inputs) input.value = String(example[name] ?? "");
  };
  reset();
  return {
    lead: question(model),
    call: `curl ${new URL("predict", location.href)} -H 'Content-Type: application/json' \\\n` +
      `  -d '${JSON.stringify(model.example).replaceAll("'", "'\\''")}'`,
    reset,
    refused: (errors) => complain(inputs, errors),
    submit: async () => {
      complain(inputs, []);
      const row = {};
      for (const feature of features) {
        const text = inputs.get(feature.name).value.trim();
        if (text !== "") row[feature.name] = value(feature.kind, text);
      }
      const answer = await post(JSON.stringify({ rows: [row] }), "application/json");
      return answerNodes(model, answer.predictions[0]);
    },
  };
});

function value(kind, text) {
  if (kind === "category") return text;
  return kind === "boolean" ? text === "true" : Number(text);
}

function question(model) {
  const { task, output } = model;
  const what = output.title ? `${output.title}: ` : "";
  const start = `${what}fill in what is known, and the model `;
  const sentence = {
    binary: () => `${start}says how probable “${output.positive}” is.`,
    multiclass: () => `${start}chooses among ${output.classes.length} classes.`,
    regression: () => `${start}estimates the value${output.unit ? ` in ${output.unit}` : ""}.`,
    anomaly: () => `${start}says how unusual it is.`,
  }[task]();
  return sentence[0].toUpperCase() + sentence.slice(1);
}

function control(feature) {
  if (feature.kind === "number" || feature.kind === "integer") {
    return element("input", {
      type: "number", inputmode: "decimal", min: feature.low, max: feature.high,
      step: feature.kind === "integer" ? 1 : "any",
    });
  }
  const choices = feature.kind === "boolean"
    ? [["true", "yes"], ["false", "no"]]
    : feature.categories.map((name) => [name, name]);
  const empty = feature.required ? [] : [["", "not known"]];
  return element("select", {}, ...[...empty, ...choices].map(([key, text]) => element("option", { value: key }, text)));
}

function field(feature, input, index) {
  const id = `field-${index}`;
  input.id = id;
  input.required = feature.required;
  input.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const hint = [
    feature.description,
    feature.low == null ? "" : `From ${number(feature.low)} to ${number(feature.high)} in training.`,
    feature.required ? "" : "May be left empty.",
  ].filter(Boolean).join(" ");
  const unit = feature.unit ? ` (${feature.unit})` : "";
  return element("div", { class: "field" },
    element("label", { for: id }, feature.title + unit), input,
    element("p", { class: "hint", id: `${id}-hint` }, hint),
    element("p", { class: "error", id: `${id}-error` }));
}

/** Show each error of a refused request at its field ("rows.0.distance"). */
function complain(inputs, errors) {
  const messages = new Map(errors.map(({ where, message }) => [where.split(".").slice(2).join("."), message]));
  for (const [name, input] of inputs) {
    const message = messages.get(name) ?? "";
    input.toggleAttribute("aria-invalid", message !== "");
    if (message) input.setAttribute("aria-invalid", "true");
    document.getElementById(`${input.id}-error`).textContent = message;
  }
  [...inputs.values()].find((input) => input.hasAttribute("aria-invalid"))?.focus();
}

function answerNodes(model, answer) {
  const nodes = { binary, multiclass, regression, anomaly }[model.task](model.output, answer);
  if (answer.warnings.length) {
    const titles = new Map(model.input.features.map((feature) => [feature.name, feature.title]));
    nodes.push(
      element("p", {}, "Less certain than usual:"),
      element("ul", {}, ...answer.warnings.map(({ field: name, message }) =>
        element("li", {}, `${titles.get(name)}: ${message}`))));
  }
  return nodes;
}

function binary(output, { prediction, probability, threshold }) {
  const { positive } = output;
  const side = probability >= threshold ? "at or above" : "below";
  return [
    element("p", { class: "answer" }, prediction),
    bar(probability, `Probability ${percent(probability)}, threshold ${percent(threshold)}`, threshold),
    element("p", {}, `The probability of “${positive}” is ${percent(probability)}. The model answers ` +
      `“${positive}” from ${percent(threshold)} (the mark) upwards; this is ${side} it.`),
    element("p", { class: "hint" }, "The threshold was chosen on training data so that wrong answers cost least."),
  ];
}

function multiclass(_, { prediction, probabilities }) {
  const ranked = Object.entries(probabilities).sort((a, b) => b[1] - a[1]).slice(0, 10);
  return [
    element("p", { class: "answer" }, prediction),
    element("table", {},
      element("caption", { class: "hint" }, "The most probable classes"),
      ...ranked.map(([name, share]) => element("tr", {},
        element("th", { scope: "row" }, name), element("td", {}, percent(share))))),
  ];
}

function regression(output, { prediction }) {
  return [element("p", { class: "answer" }, `${number(prediction)} ${output.unit ?? ""}`)];
}

function anomaly(_, { prediction, score, threshold }) {
  return [
    element("p", { class: "answer" }, prediction),
    element("p", {}, `Its score is ${number(score)}; from ${number(threshold)} upwards it counts as unusual.`),
  ];
}
