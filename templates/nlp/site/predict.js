// What the page knows of texts: a visitor's text -> the graph's inputs -> an answer, exactly as the
// service does it (features.py, inference.py), and the form. golden.mjs holds the two together.
import { bar, element, percent } from "./elements.js";

const LONGEST = 1000; // characters of a text that are read
const SPACE = /[\s\u0000-\u001f\u007f-\u009f\ufeff]+/gu; // the same set as in features.py
const UNFAMILIAR = "no part of it was seen in training";

/** What is wrong with a request, in the service's words: a list of { loc, msg, type }. */
export function refusals(request, { input: { max_texts: most, max_letters: letters } }) {
  const { texts } = request;
  if (texts === undefined) return [refusal([], "Field required", "missing")];
  if (!Array.isArray(texts)) return [refusal([], "Input should be a valid list", "list_type")];
  if (texts.length < 1 || texts.length > most) {
    const [side, limit] = texts.length < 1 ? ["too_short", "at least 1 item"] : ["too_long", `at most ${most} items`];
    return [refusal([], `List should have ${limit} after validation, not ${texts.length}`, side)];
  }
  return texts.flatMap((text, index) => {
    if (typeof text !== "string") return [refusal([index], "Input should be a valid string", "string_type")];
    if (/\p{Surrogate}/u.test(text)) return [refusal([index], "Input should be a valid string", "string_unicode")];
    const message = `String should have at most ${letters} characters`;
    return [...text].length > letters ? [refusal([index], message, "string_too_long")] : [];
  });
}

const refusal = (place, msg, type) => ({ loc: ["body", "texts", ...place], msg, type });

const cut = (text, length) => [...text].slice(0, length).join("");

/** A text in composed Unicode with single spaces, cut to LONGEST characters. */
function normalise(text) {
  const spaced = cut(text, 4 * LONGEST).normalize("NFC").replace(SPACE, " ");
  return cut(spaced.replace(/^ | $/g, ""), LONGEST);
}

/** The words of a text in lower case, and its character n-grams; with `longest` 0 words alone. */
function terms(text, longest) {
  const lower = normalise(text).toLowerCase();
  const letters = [...` ${lower} `]; // code points, as Python counts them
  const sizes = Array.from({ length: longest }, (_, index) => index + 1);
  const ngrams = sizes.flatMap((size) =>
    letters.slice(size - 1).map((_, index) => letters.slice(index, index + size).join("")));
  return [...lower.split(" ").filter(Boolean), ...ngrams.filter((ngram) => ngram.trim())];
}

const vocabularies = new WeakMap(); // of the metadata: term -> column

/** Map from column to how often a text has its term. */
function countTerms(text, { input }) {
  if (!vocabularies.has(input)) {
    vocabularies.set(input, new Map(input.vocabulary.split("\n").map((term, column) => [term, column])));
  }
  const vocabulary = vocabularies.get(input);
  const counts = new Map();
  for (const term of terms(text, input.longest)) {
    const column = vocabulary.get(term);
    if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
  }
  return [...counts].sort(([one], [other]) => one - other);
}

/** The graph's inputs: the columns of the terms of each text, and their counts. */
export function toInputs({ texts }, metadata) {
  const rows = texts.map((text) => countTerms(text, metadata));
  const width = Math.max(1, ...rows.map((row) => row.length));
  const dims = [rows.length, width];
  const ids = new BigInt64Array(rows.length * width);
  const counts = new Float32Array(rows.length * width);
  rows.forEach((row, index) => row.forEach(([column, count], place) => {
    ids[index * width + place] = BigInt(column);
    counts[index * width + place] = count;
  }));
  return { ids: { kind: "int64", data: ids, dims }, counts: { kind: "float32", data: counts, dims } };
}

/** The answer to a request from what the graph gave, as POST /predict gives it. */
export function toAnswer(values, { texts }, metadata) {
  const { classes, threshold } = metadata.output;
  const round = (value) => Math.round(value * 1e6) / 1e6;
  const predictions = texts.map((text, index) => {
    const shares = Array.from(values.slice(index * classes.length, (index + 1) * classes.length));
    const highest = Math.max(...shares);
    const likeliest = classes[shares.indexOf(highest)];
    return {
      prediction: highest >= threshold ? likeliest : null,
      likeliest,
      probability: round(highest),
      threshold,
      probabilities: Object.fromEntries(classes.map((name, place) => [name, round(shares[place])])),
      warnings: warnings(text, metadata),
    };
  });
  return { predictions, model: metadata.model.id };
}

/** Name what makes an answer doubtful. */
function warnings(text, metadata) {
  const messages = countTerms(text, metadata).length ? [] : [UNFAMILIAR];
  if ([...normalise(text)].length === LONGEST) messages.push(`only its first ${LONGEST} characters were read`);
  return messages.map((message) => ({ field: "text", message }));
}

/** The body of POST /predict for a request. */
export const toBody = (request) => ({ body: JSON.stringify(request), contentType: "application/json" });

/** The command that asks a service at `address` for the example. */
export function command(address, { example }) {
  const body = JSON.stringify(example).replaceAll("'", "'\\''");
  return `curl ${address} -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}

/** One sentence that says what the form is for. */
export const lead = ({ output }) =>
  `Write or paste a text, and the model chooses among ${output.classes.length} classes.`;

/** The form: { nodes, read, reset, complain }, as page.js uses it. */
export function makeForm({ example }) {
  const box = element("textarea", { id: "text", rows: 5, required: true, "aria-describedby": "text-hint text-error" });
  const error = element("p", { class: "error", id: "text-error" });
  const form = {
    nodes: [element("div", { class: "field" }, element("label", { for: "text" }, "Text"), box,
      element("p", { class: "hint", id: "text-hint" }, `The first ${LONGEST} characters are read.`), error)],
    read: () => {
      form.complain([]);
      const empty = box.value.trim() ? [] : [refusal([0], "Write a text first", "missing")];
      return { request: { texts: [box.value] }, errors: empty };
    },
    reset: () => {
      form.complain([]);
      [box.value] = example.texts;
    },
    complain: (errors) => {
      error.textContent = errors.map(({ msg }) => msg).join(" ");
      if (errors.length) box.setAttribute("aria-invalid", "true");
      else box.removeAttribute("aria-invalid");
      if (errors.length) box.focus();
      return [];
    },
  };
  form.reset();
  return form;
}

/** The nodes that show an answer. */
export function answerNodes({ predictions: [answer] }) {
  const { prediction, likeliest, probability, probabilities, threshold } = answer;
  const ranking = Object.entries(probabilities).sort((one, other) => other[1] - one[1]).slice(0, 5);
  const sentence = `The likeliest is “${likeliest}” with ${percent(probability)}; ` +
    `the model answers from ${percent(threshold)} (the mark) upwards.`;
  const lines = ranking.map(([name, share]) => element("tr", {},
    element("th", { scope: "row" }, name, bar(share, "")), element("td", {}, percent(share))));
  const nodes = [
    element("p", { class: "answer" }, prediction ?? "I do not know"),
    bar(probability, `Probability ${percent(probability)}, threshold ${percent(threshold)}`, threshold),
    element("p", {}, sentence),
    element("table", {}, element("caption", { class: "hint" }, "The most probable classes"), ...lines),
  ];
  const items = answer.warnings.map(({ message }) => element("li", {}, `The text: ${message}.`));
  if (items.length) nodes.push(element("p", {}, "Less certain than usual:"), element("ul", {}, ...items));
  return nodes;
}
