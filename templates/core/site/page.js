// The page of every project type: the story of the project around the form. The type's predict.js
// brings the form and shows the answer; backend.js asks the service or the model in this browser.
import { Refusal, browser, service } from "./backend.js";
import { element, figure, link, number } from "./elements.js";
import * as type from "./predict.js";

const KINDS = { tabular: "Tabular data", cv: "Vision", nlp: "Text", asr: "Speech" };
const TASKS = { binary: "binary classification", multiclass: "classification", anomaly: "anomaly detection" };
const by = (id) => document.getElementById(id);
const words = (name) => name.replaceAll("_", " ")
  .replace(/\b(wer|cer|roc|auc|mae|rmse|f1)\b/g, (letters) => letters.toUpperCase());
const say = (text) => { by("state").textContent = text; };
const local = document.body.dataset.backend === "browser";
const backend = local ? (type.inWorker ?? browser)(say) : service(); // speech: in a worker

function startDemo(metadata) {
  const form = type.makeForm(metadata);
  by("lead").textContent = type.lead(metadata);
  by("fields").append(...form.nodes);
  by("form").hidden = by("answer-panel").hidden = false;
  by("code").hidden = local;
  by("call").textContent = type.command(new URL("predict", location.href), metadata);
  show(element("p", { class: "hint" }, "Nothing yet: press Predict."));
  by("form").addEventListener("reset", (event) => {
    event.preventDefault();
    form.reset();
    show(element("p", { class: "hint" }, "The example is back: press Predict."));
  });
  by("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (by("result").getAttribute("aria-busy") !== "true") predict(form, metadata);
  });
  // Loading begins before anybody presses the button, unless the type says that it is much to load.
  if (type.DOWNLOAD && local) say(`Press Predict to load the model (${type.DOWNLOAD}).`);
  else backend.ready().catch((error) => show(element("p", { class: "error" }, error.message)));
}

async function predict(form, metadata) {
  by("result").setAttribute("aria-busy", "true");
  try {
    const { request, errors } = await form.read();
    if (errors.length) throw new Refusal(errors);
    show(...await type.answerNodes(await backend.predict(request), metadata, request));
    by("result").scrollIntoView({ block: "nearest" });
  } catch (error) {
    const refused = "errors" in error;
    const rest = refused ? form.complain(error.errors).map(({ msg }) => msg) : [error.message];
    const text = rest.join(" ") || "This cannot be answered: look at what is marked.";
    show(element("p", { class: "error" }, text));
  }
}

/** Put nodes in place of the answer; a screen reader reads them out. */
function show(...nodes) {
  by("result").replaceChildren(...nodes);
  by("result").setAttribute("aria-busy", "false");
}

/** Fill in what surrounds the demo. What the author left empty shows as a line in italics. */
function tell(metadata) {
  const { project, model, dataset, result, task, output } = metadata;
  const open = (text, hint) => text || element("em", {}, hint);
  document.title = document.querySelector("h1").textContent = project.name;
  by("kind").textContent = `${KINDS[project.type]} · ${TASKS[task] ?? words(task)}`;
  by("problem").append(open(project.problem, "The problem has not been written down yet."));
  by("sentence").hidden = false;
  by("sentence").textContent = result?.evaluated ? result.sentence : "This model is not yet evaluated.";
  by("notice").hidden = !dataset.sample;
  by("notice").textContent = "This model learnt from the sample data that came with the project: " +
    `${dataset.name}. Take its answers as a demonstration.`;
  facts(by("about"), {
    "Answers": output.title,
    "Who would use it": open(project.users, "Not written down yet."),
    "What a wrong answer costs": open(project.error_cost, "Not written down yet."),
    "Data": sentence([dataset.name, dataset.period?.join(" to "), `${dataset.rows.toLocaleString("en")} rows`, dataset.licence && `licence ${dataset.licence}`]),
    "Model": sentence([(model.description || model.name).replace(/\.$/, ""), model.id, `trained ${model.created.slice(0, 10)}`]),
  });
  const story = project.story?.length ? project.story : [element("em", {}, "Not written down yet: make story.")];
  by("story").append(...story.map((text) => element("li", {}, text)));
  evaluate(metadata);
  links(metadata);
}

const sentence = (parts) => parts.filter(Boolean).join(", ");

function facts(list, entries) {
  for (const [term, text] of Object.entries(entries)) {
    if (text) list.append(element("dt", {}, term), element("dd", {}, text));
  }
}

function evaluate({ result, primary, chosen_by: choice, validation }) {
  if (result?.picture) {
    const image = element("img", { src: result.picture, alt: `The main plot. ${result.sentence}`, loading: "lazy" });
    image.addEventListener("error", () => { by("plot").hidden = true; });
    by("plot").append(link(image, result.picture));
    by("plot").hidden = false;
  }
  const scores = result?.evaluated ? result.metrics : validation;
  const part = result?.evaluated ? "on the test part" : "on the validation part";
  const { against, metric, verdict, margin, ...difference } = result?.comparison ?? {};
  const served = choice.candidates.find(({ chosen }) => chosen);
  facts(by("evaluation"), {
    [`${words(primary)}, ${part}`]: scores[primary] && figure(scores[primary]),
    "Compared": against && `${verdict}: it differs from ${words(against)} in ${words(metric)} by ` +
      `${figure(difference)}, where ${number(margin)} matters`,
    "Chosen": served && `${words(served.name)}: the simplest of ${choice.candidates.length} candidates whose ` +
      `${words(choice.metric)} (${words(choice.on)}) is within one standard error of the best`,
    "Not read yet": !result?.evaluated && "the test part: make evaluate, then make promote",
  });
}

function links({ project, model, result }) {
  const { author } = project;
  const repository = /^https?:/.test(project.repository ?? "") ? project.repository : null;
  const branch = repository?.includes("gitlab") ? `${repository}/-/blob/HEAD` : `${repository}/blob/HEAD`;
  const owner = repository && new URL(".", repository).href;
  const card = repository ? `${branch}/MODEL_CARD.md` : local && "reports/MODEL_CARD.md";
  const targets = [
    ["Source code", repository],
    ["Evaluation report", result && "reports/report.html"],
    ["Model card", card],
    [author ? `About ${author}` : "The author", owner],
  ].filter(([, address]) => address);
  by("links").append(...targets.map(([text, address]) => link(text, address)));
  by("footer").append(author ? `By ${author}. ` : "", `Model ${model.id}. `, local
    ? "It runs in your browser: nothing you enter leaves this page."
    : "It runs on the server that sent this page.");
}

try {
  const metadata = await backend.metadata;
  tell(metadata);
  startDemo(metadata);
} catch (error) {
  by("lead").textContent = error.message;
  by("lead").className = "error";
}
