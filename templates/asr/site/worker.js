// The model away from the page's own thread, so that the page stays responsive while it listens.
import { browser } from "./backend.js";

const backend = browser((text) => postMessage({ say: text }));

addEventListener("message", async ({ data: { id, request } }) => {
  try {
    postMessage({ id, answer: request ? await backend.predict(request) : await backend.ready() && null });
  } catch ({ message, errors }) {
    postMessage({ id, message, errors });
  }
});
