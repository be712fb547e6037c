// Small helpers that make the page's elements. Text is never read as HTML.

/** An element with attributes and children; an attribute that is null or false is left out. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** A link to an address of the web or beside this page. */
export const link = (text, address) => element("a", { href: address }, text);

/** A horizontal bar filled to share (0 to 1), with a mark at another share if there is one; without
    a label it is an ornament beside the number that it shows. */
export function bar(share, label, mark = null) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const draw = (tag, attributes) => {
    const node = document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    svg.append(node);
  };
  const middle = { y: "25%", height: "50%", rx: 4 };
  svg.setAttribute("class", "bar");
  const names = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  for (const [name, value] of Object.entries(names)) svg.setAttribute(name, value);
  draw("rect", { class: "track", width: "100%", ...middle });
  draw("rect", { class: "fill", width: `${100 * share}%`, ...middle });
  const x = `${100 * mark}%`;
  if (mark !== null) draw("line", { class: "mark", x1: x, x2: x, y1: 0, y2: "100%" });
  return svg;
}

/** A share for people: what is nearly certain is not called certain. */
export const percent = (share) => {
  if (share >= 0.9995 && share < 1) return "over 99.9\u00a0%";
  if (share > 0 && share < 0.0005) return "under 0.1\u00a0%";
  const digits = (share > 0 && share < 0.1) || (share > 0.99 && share < 1) ? 1 : 0;
  return `${(100 * share).toFixed(digits)}\u00a0%`;
};

/** A number for people: as many digits as say something, whether it is 3e-8, 1e9 or 0.9996. It is rounded
    by its binary value, as Python does it: 0.8785 is 0.878 in the report as well. */
export const number = (value, digits = 4) => {
  const most = value > 0.999 && value < 1 ? Math.max(digits, Math.ceil(-Math.log10(1 - value))) : digits;
  return Number(Number(value).toPrecision(most)).toLocaleString("en", { maximumSignificantDigits: most });
};

/** A figure with its interval, as in "0.54 (0.49 to 0.60)"; why there is none where it is null. */
export function figure({ value, low, high, reason }) {
  if (value === null || value === undefined) return `none: ${reason || "it cannot be computed"}`;
  const range = low === null || low === undefined ? "" : ` (${number(low, 3)} to ${number(high, 3)})`;
  return number(value, 3) + range;
}
