/** How a number stands to what it measures, and how that is drawn: whoever says "more than 470" has not said 470. */

import { el, svg } from "./dom.js";
import { column } from "./model.js";

const QUALIFIER = /\/auth\/value-qualifier\/([\w-]+)$/;
const STATUS = /\/code#obsStatus-([A-Z])$/;

/** Where a bar is left open: beyond its end, before it, or on both sides; and the sign before the number. */
const DRAWN = {
  exact: { open: "", sign: "" },
  approximately: { open: "both", sign: "≈ " },
  almost: { open: "before", sign: "≲ " },
  "less-than": { open: "before", sign: "< " },
  "at-most": { open: "before", sign: "≤ " },
  "more-than": { open: "beyond", sign: "> " },
  "at-least": { open: "beyond", sign: "≥ " },
};
const EXPECTED = { E: "estimated", F: "forecast" };

export const TAIL = 6; // of the 100 that the longest bar has

/** What tells the exactness and the status of each row: columns of IRIs, whatever they are called. */
export function marker(results) {
  const [qualifier, status] = [QUALIFIER, STATUS].map((pattern) => column(results, (term) => pattern.test(term.value)));
  const code = (row, name, pattern) => (name && row[name] ? pattern.exec(row[name].value)[1] : "");
  return (row) => {
    const exactness = code(row, qualifier, QUALIFIER);
    const kind = EXPECTED[code(row, status, STATUS)] ?? "";
    return { exactness, kind, ...(DRAWN[exactness] ?? DRAWN.exact) };
  };
}

/** A bar from zero to a value, both on the scale of 0 to 100. */
export function bar(zero, end, { open, kind }) {
  const way = end < zero ? -1 : 1;
  const until = { both: TAIL / 2, before: TAIL }[open] ?? 0;
  const body = Math.max(0, Math.abs(end - zero) - until);
  const tail = open ? TAIL : 0;
  const from = zero + way * body;
  return [rectangle(zero, from, `bar ${kind}`.trim()), ...dots(from, way, tail)];
}

/** An open end: three strokes, however wide the picture is. */
function dots(from, way, tail) {
  if (!tail) return [];
  return [0.2, 0.5, 0.8].map((part) => {
    const start = from + way * tail * part;
    return rectangle(start, start + way * tail * 0.15, "tail");
  });
}

function rectangle(one, other, name) {
  return svg("rect", { class: name, x: Math.min(one, other), y: 0.08, width: Math.abs(other - one), height: 0.84 });
}

/** What the ways of drawing that a picture uses mean; nothing where all numbers are drawn alike and none is marked. */
export function legend(marks, t) {
  const kinds = new Map(marks.filter((mark) => mark.exactness || mark.kind).map((mark) => [`${mark.exactness} ${mark.kind}`, mark]));
  if (!kinds.size) return null;
  return el("ul", { class: "legend" }, ...[...kinds.values()].map((mark) => el("li", {}, sample(mark), " ", meaning(mark, t))));
}

function sample(mark) {
  return svg("svg", { viewBox: "0 0 40 1", preserveAspectRatio: "none", "aria-hidden": true }, ...bar(0, 30, mark));
}

/** In words: "more than · estimated". */
export function meaning({ exactness, kind }, t) {
  return [exactness && (t[`mark_${exactness}`] ?? exactness), kind && t[`mark_${kind}`]].filter(Boolean).join(" · ");
}
