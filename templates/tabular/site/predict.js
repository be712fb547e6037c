// What the page knows of a table: a visitor's values -> the graph's inputs -> an answer, exactly as
// the service does it (inference.py, serve.py), and the form. golden.mjs holds the two together.
import { bar, element, number, percent } from "./elements.js";

const MISSING = "(missing)";
const LARGEST = 3.4028234663852886e38; // float32's: the graph computes in it
const ERRORS = 20; // named at most, as in the service

/** What is wrong with a request, in the service's words: a list of { loc, msg, type }. */
export function refusals(request, metadata) {
  const { features, max_rows: most } = metadata.input;
  const { rows } = request;
  if (rows === undefined) return [refusal(["rows"], "Field required", "missing")];
  if (!Array.isArray(rows)) return [refusal(["rows"], "Input should be a valid list", "list_type")];
  if (rows.length < 1 || rows.length > most) {
    const [side, limit] = rows.length < 1 ? ["too_short", "at least 1 item"] : ["too_long", `at most ${most} items`];
    return [refusal(["rows"], `List should have ${limit} after validation, not ${rows.length}`, side)];
  }
  const errors = [];
  const names = new Set(features.map(({ name }) => name));
  for (const [index, row] of rows.entries()) {
    const refuse = (name, problem) => problem && errors.push(refusal(["rows", index, name], ...problem));
    if (row === null || typeof row !== "object" || Array.isArray(row)) {
      errors.push(refusal(["rows", index], "Input should be a valid dictionary", "dict_type"));
    } else {
      features.forEach((feature) => refuse(feature.name, wrong(feature, row)));
      Object.keys(row).forEach((name) => names.has(name) || refuse(name, EXTRA));
    }
    if (errors.length) break; // the first wrong row is enough
  }
  Object.keys(request).forEach((name) => name === "rows" || errors.push(refusal([name], ...EXTRA)));
  return errors.slice(0, ERRORS);
}

const EXTRA = ["Extra inputs are not permitted", "extra_forbidden"];
const refusal = (place, msg, type) => ({ loc: ["body", ...place], msg, type });

/** Why a feature's value cannot be taken, as [message, type]; null where it can. */
function wrong({ name, kind, required }, row) {
  if (!Object.hasOwn(row, name)) return required ? ["Field required", "missing"] : null;
  const value = row[name];
  if (value === null && !required) return null;
  if (kind === "boolean") {
    return typeof value === "boolean" ? null : ["Input should be a valid boolean", "bool_type"];
  }
  if (kind === "category") {
    if (typeof value !== "string") return ["Input should be a valid string", "string_type"];
    if (/\p{Surrogate}/u.test(value)) return ["Input should be a valid string", "string_unicode"];
    return null;
  }
  if (typeof value !== "number") return ["Input should be a valid number", "float_type"];
  if (!Number.isFinite(value)) return ["Input should be a finite number", "finite_number"];
  const limit = LARGEST.toLocaleString("en", { useGrouping: false });
  if (value < -LARGEST) return [`Input should be greater than or equal to -${limit}`, "greater_than_equal"];
  return value > LARGEST ? [`Input should be less than or equal to ${limit}`, "less_than_equal"] : null;
}

/** The graph's inputs: numbers as float32 (NaN where missing), categories as text. */
export function toInputs({ rows }, { input: { features } }) {
  const categories = features.filter(({ kind }) => kind === "category");
  const numbers = features.filter(({ kind }) => kind !== "category");
  const values = (columns, convert) => rows.flatMap((row) =>
    columns.map((feature) => convert(Object.hasOwn(row, feature.name) ? row[feature.name] : null, feature)));
  const inputs = {};
  if (numbers.length) {
    const data = Float32Array.from(values(numbers, toNumber));
    inputs.numbers = { kind: "float32", data, dims: [rows.length, numbers.length] };
  }
  if (categories.length) {
    const data = values(categories, toText);
    inputs.categories = { kind: "string", data, dims: [rows.length, categories.length] };
  }
  return inputs;
}

const isMissing = (value, { missing = [] }) => value === null || missing.includes(value);
const toNumber = (value, feature) => (isMissing(value, feature) ? NaN : Number(value));
const toText = (value, feature) => (isMissing(value, feature) || value === "" ? MISSING : value);

/** The answer to a request from what the graph gave, as POST /predict gives it. */
export function toAnswer(values, { rows }, metadata) {
  const width = values.length / rows.length;
  const answer = { binary, multiclass, regression, anomaly }[metadata.task];
  const predictions = rows.map((row, index) => ({
    ...answer(Array.from(values.slice(index * width, (index + 1) * width)), metadata.output),
    warnings: warnings(row, metadata.input.features),
  }));
  return { predictions, model: metadata.model.id };
}

const round = (value) => Math.round(value * 1e6) / 1e6;

function binary(shares, { classes, positive, threshold }) {
  const probability = shares[classes.indexOf(positive)];
  const negative = classes.find((name) => name !== positive);
  return { prediction: probability >= threshold ? positive : negative, probability: round(probability), threshold };
}

function multiclass(shares, { classes }) {
  const probabilities = Object.fromEntries(classes.map((name, index) => [name, round(shares[index])]));
  return { prediction: classes[shares.indexOf(Math.max(...shares))], probabilities };
}

const regression = ([value]) => ({ prediction: Number(value.toPrecision(7)) }); // float32 has no more

const anomaly = ([score], { threshold }) =>
  ({ prediction: score >= threshold ? "unusual" : "usual", score: round(score), threshold });

/** Name values that training never saw: they are scored, but with less ground. */
function warnings(row, features) {
  return features.flatMap((feature) => {
    const { name, kind, low, high, categories } = feature;
    const value = Object.hasOwn(row, name) ? row[name] : null;
    if (isMissing(value, feature) || kind === "boolean") return [];
    const message = kind === "category"
      ? (value && !categories.includes(value) && "not among the categories seen in training")
      : ((value < low || value > high) && `outside ${general(low)} to ${general(high)}, the range set or seen in training`);
    return message ? [{ field: name, message }] : [];
  });
}

/** A number as Python's format "g" writes it, which rounds a half to the even digit. */
export function general(value) {
  const half = /^-?\d\.\d{4}[02468]50*e/.test(value.toExponential(20));
  const rounded = (half ? value * (1 - 2 ** -50) : value).toExponential(5);
  const [digits, exponent] = rounded.split("e").map(Number);
  if (exponent >= -4 && exponent < 6) return String(Number(rounded));
  return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** The body of POST /predict for a request. */
export const toBody = (request) => ({ body: JSON.stringify(request), contentType: "application/json" });

/** The command that asks a service at `address` for the example. */
export function command(address, { example }) {
  const body = JSON.stringify(example).replaceAll("'", "'\\''");
  return `curl ${address} -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}

/** One sentence that says what the form is for. */
export function lead({ task, output }) {
  const unit = output.unit ? ` in ${output.unit}` : "";
  const what = {
    binary: `says how probable “${output.positive}” is`,
    multiclass: `chooses among ${output.classes?.length} classes`,
    regression: `estimates the value${unit}`,
    anomaly: "says how unusual it is",
  }[task];
  return `Fill in what is known, and the model ${what}.`;
}

/**
 * The form, with the example filled in: { nodes, read, reset, complain }. `read()` gives the request
 * and what is wrong already; `complain(errors)` marks fields and returns the errors of none.
 */
export function makeForm(metadata) {
  const { features } = metadata.input;
  const example = metadata.example.rows[0];
  const controls = features.map(control);
  const form = {
    nodes: [element("div", { class: "fields" }, ...features.map((item, index) => field(item, controls[index], index)))],
    read: () => {
      form.complain([]);
      const odd = controls.flatMap((input, index) => (input.validity.badInput
        ? [refusal(["rows", 0, features[index].name], "Enter a number", "float_type")] : []));
      const cells = features.flatMap(({ name, kind }, index) => {
        const text = controls[index].value.trim();
        return text === "" ? [] : [[name, toValue(kind, text)]];
      });
      return { request: { rows: [Object.fromEntries(cells)] }, errors: odd };
    },
    reset: () => {
      form.complain([]);
      controls.forEach((input, index) => { input.value = String(example[features[index].name] ?? ""); });
    },
    complain: (errors) => {
      const messages = new Map(errors.map(({ loc, msg }) => [loc[3], msg]));
      controls.forEach((input, index) => {
        const message = messages.get(features[index].name) ?? "";
        if (message) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
        input.parentNode.querySelector(".error").textContent = message;
      });
      controls.find((input) => input.hasAttribute("aria-invalid"))?.focus();
      return errors.filter(({ loc }) => !features.some(({ name }) => name === loc[3]));
    },
  };
  form.reset();
  return form;
}

function toValue(kind, text) {
  if (kind === "category") return text;
  return kind === "boolean" ? text === "true" : Number(text);
}

function control({ kind, required, low, high, categories }) {
  if (kind === "number" || kind === "integer") {
    const step = kind === "integer" ? 1 : "any";
    return element("input", { type: "number", inputmode: "decimal", min: low, max: high, step });
  }
  const choices = kind === "boolean" ? [["true", "yes"], ["false", "no"]] : categories.map((name) => [name, name]);
  if (!required) choices.unshift(["", "not known"]);
  return element("select", {}, ...choices.map(([value, text]) => element("option", { value }, text)));
}

function field({ title, name, unit, description, low, high, required }, input, index) {
  const id = `field-${index}`;
  const hint = [
    description,
    Number.isFinite(low) ? `${number(low)} to ${number(high)} in training.` : "",
    required ? "" : "Optional.",
  ].filter(Boolean).join(" ");
  input.id = id;
  input.required = required;
  input.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  return element("div", { class: "field" },
    element("label", { for: id }, (title || name) + (unit ? ` (${unit})` : "")), input,
    element("p", { class: "hint", id: `${id}-hint` }, hint),
    element("p", { class: "error", id: `${id}-error` }));
}

/** The nodes that show an answer. */
export function answerNodes(answer, metadata) {
  const [prediction] = answer.predictions;
  const show = { binary: showBinary, multiclass: showMulticlass, regression: showRegression, anomaly: showAnomaly };
  const nodes = show[metadata.task](prediction, metadata.output);
  if (prediction.warnings.length) {
    const titles = new Map(metadata.input.features.map(({ name, title }) => [name, title || name]));
    const items = prediction.warnings.map(({ field: name, message }) =>
      element("li", {}, `${titles.get(name)}: ${message}`));
    nodes.push(element("p", {}, "Less certain than usual:"), element("ul", {}, ...items));
  }
  return nodes;
}

const headline = (text) => element("p", { class: "answer" }, text);

function showBinary({ prediction, probability, threshold }, { positive }) {
  const side = probability >= threshold ? "at or above" : "below";
  return [
    headline(prediction),
    bar(probability, `Probability ${percent(probability)}, threshold ${percent(threshold)}`, threshold),
    element("p", {}, `The probability of “${positive}” is ${percent(probability)}. The model answers ` +
      `“${positive}” from ${percent(threshold)} (the mark) upwards; this is ${side} it.`),
  ];
}

function showMulticlass({ prediction, probabilities }) {
  const ranking = Object.entries(probabilities).sort((a, b) => b[1] - a[1]).slice(0, 10);
  const lines = ranking.map(([name, share]) => element("tr", {},
    element("th", { scope: "row" }, name, bar(share, "")), element("td", {}, percent(share))));
  return [
    headline(prediction),
    element("table", {}, element("caption", { class: "hint" }, "The most probable classes"), ...lines),
  ];
}

const showRegression = ({ prediction }, { unit }) => [headline(`${number(prediction)} ${unit ?? ""}`)];

const showAnomaly = ({ prediction, score, threshold }) => [
  headline(prediction),
  element("p", {}, `Its score is ${number(score)}; from ${number(threshold)} upwards it counts as unusual.`),
];
