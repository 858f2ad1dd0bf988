/** A chart of results that have a number and something to call it: bars, or points in time where there are dates.
 *
 * It shows every row of its table: a row without the chosen name is called by another, and what cannot be drawn is listed.
 */

import { el, pictureWidth, svg, written } from "./dom.js";
import { bar, legend, marker, meaning, TAIL } from "./marks.js";
import { called, cutShort, drawable, isTime, numbers, shortened, things, times, undrawn, words } from "./model.js";

const UNIT = /unit|currency/i; // numbers of different units share no axis
const NO_MEASURE = /^(lat|lon|lng|year)/i; // numbers that nobody wants to see as bars

const measured = (results) => numbers(results).filter((name) => !NO_MEASURE.test(name));

/** What may name a number, the most telling first: things have but their IRI. */
function labelled(results) {
  const dates = times(results);
  return [...words(results).filter((name) => !dates.includes(name)), ...dates, ...things(results)];
}

export function chartable(results) {
  return measured(results).length > 0 && labelled(results).length > 0;
}

/** The chart with what the reader may choose: whose numbers, called what, and what splits them into charts.
 *
 * `wanted` has the variables that the query's own header names.
 */
export function draw(whole, page, wanted = {}) {
  const { t } = page;
  const results = drawable(whole, page);
  const labels = labelled(results);
  const measures = measured(results);
  const splits = results.head.vars.filter((name) => !measures.includes(name));
  const among = (names, name) => (names.includes(name) ? name : undefined);
  const chosen = {
    number: among(measures, wanted.number) ?? measures[0],
    label: among(labels, wanted.label) ?? labels[0],
    split: among(splits, wanted.split) ?? splits.find((name) => UNIT.test(name)) ?? "",
  };
  const picture = el("div", { class: "picture" });
  const redraw = () => picture.replaceChildren(...charts(results, chosen, page));
  const choice = (key, names) =>
    el(
      "label",
      {},
      t[key],
      el(
        "select",
        { onchange: (event) => { chosen[key] = event.target.value; redraw(); } },
        ...names.map((name) => el("option", { value: name, selected: name === chosen[key] }, called(name, page) || t.none)),
      ),
    );
  redraw();
  return el(
    "div",
    { class: "chart" },
    el("div", { class: "choices" }, choice("number", measures), choice("label", labels), choice("split", ["", ...splits])),
    cutShort(results, t),
    picture,
  );
}

function charts(results, { number, label, split }, page) {
  const { t } = page;
  const rows = results.results.bindings;
  const names = [label, ...labelled(results).filter((name) => name !== label)];
  const mark = marker(results);
  const drawn = rows.filter((row) => row[number]);
  const dated = times(results).includes(label) ? drawn.filter((row) => isTime(row[label])) : [];
  const timed = dated.length > 2;
  const shown = timed ? dated : drawn;
  const groups = grouped(shown, (row) => row[split]?.value ?? "");
  return [
    legend(shown.map(mark), t),
    ...[...groups].flatMap(([name, group]) => {
      const title = split ? el("h4", {}, group[0][split] ? unitName(group[0][split], name, page) : t.none) : null;
      const body = timed ? line(group, number, label, mark, t) : bars(group, number, names, results, mark, page);
      return [title, body];
    }),
    undrawn(rows.filter((row) => !row[number]), t.undrawn, names, page),
    timed ? undrawn(drawn.filter((row) => !dated.includes(row)), t.undated, names, page) : null,
  ].filter(Boolean);
}

const unitName = (term, name, page) => (term.type === "uri" ? term.label || page.units[name] || shortened(name, page) : name);

function grouped(rows, key) {
  const groups = new Map();
  for (const row of rows) {
    if (!groups.has(key(row))) groups.set(key(row), []);
    groups.get(key(row)).push(row);
  }
  return groups;
}

/** Bars are a list, so that long names wrap and a screen reader reads them; the rest of the row says how exact it is. */
function bars(rows, number, names, results, mark, page) {
  const values = rows.map((row) => Number(row[number].value));
  const marks = rows.map(mark);
  const room = marks.some(({ open }) => open) ? TAIL : 0; // for what lies beyond the longest bar
  const low = Math.min(0, ...values);
  const begin = low < 0 ? room : 0;
  const scale = (100 - room - begin) / (Math.max(0, ...values) - low || 1);
  const place = (value) => begin + (value - low) * scale;
  return el(
    "ol",
    { class: "bars" },
    ...rows.map((row, index) => {
      const name = names.find((candidate) => row[candidate]);
      const said = words(results).filter((other) => other !== name).map((other) => row[other]?.value).filter(Boolean);
      const how = meaning(marks[index], page.t);
      const notes = said.includes(how) || !how ? said : [how, ...said];
      return el(
        "li",
        {},
        el("span", { class: "name", lang: row[name]?.["xml:lang"] }, name ? named(row[name], page) : page.t.none),
        el("span", { class: "value" }, `${marks[index].sign}${written(values[index])}`),
        svg(
          "svg",
          { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": true },
          ...bar(place(0), place(values[index]), marks[index]),
        ),
        notes.length ? el("span", { class: "meta" }, notes.join(" · ")) : null,
      );
    }),
  );
}

const named = (term, page) => (term.type === "uri" ? (term.label ?? shortened(term.value, page)) : term.value);

const [HEIGHT, LEFT, BOTTOM] = [300, 90, 30];

/** Points in time, joined in their order. */
function line(rows, number, label, mark, t) {
  const width = pictureWidth();
  const points = rows
    .map((row) => ({ time: Date.parse(row[label].value), value: Number(row[number].value), when: row[label].value, mark: mark(row) }))
    .sort((a, b) => a.time - b.time);
  const [x0, x1] = [points[0].time, points.at(-1).time];
  const low = Math.min(0, ...points.map((p) => p.value));
  const high = Math.max(0, ...points.map((p) => p.value));
  const x = (time) => LEFT + ((time - x0) / (x1 - x0 || 1)) * (width - LEFT - 20);
  const y = (value) => HEIGHT - BOTTOM - ((value - low) / (high - low || 1)) * (HEIGHT - BOTTOM - 20);
  const path = points.map(({ time, value }) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const level = (value) => [
    svg("line", { class: "grid", x1: LEFT, x2: width - 20, y1: y(value), y2: y(value) }),
    svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, written(value)),
  ];
  const joined = new Set(points.map(({ time }) => time)).size === points.length; // else they are no course in time
  const date = (point, anchor) => svg("text", { x: x(point.time), y: HEIGHT - 8, "text-anchor": anchor }, point.when);
  const told = (point) => {
    const how = meaning(point.mark, t);
    return `${point.when}: ${point.mark.sign}${written(point.value)}${how ? ` (${how})` : ""}`;
  };
  return svg(
    "svg",
    { class: "line", viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": points.map(told).join("; ") },
    ...[...new Set([low, (low + high) / 2, high])].flatMap(level),
    ...(joined ? [svg("polyline", { points: path })] : []),
    ...points.flatMap((point) => dot(x(point.time), y(point.value), point.mark, told(point))),
    date(points[0], "start"),
    date(points.at(-1), "end"),
  );
}

/** A point: hollow where it is expected only, with a stroke towards where the number is open. */
function dot(x, y, { open, kind }, told) {
  const ends = { both: [-14, 14], beyond: [-14], before: [14] }[open] ?? [];
  return [
    ...ends.map((length) => svg("line", { class: "open", x1: x, x2: x, y1: y, y2: y + length })),
    svg("circle", { class: kind || null, cx: x, cy: y, r: 4 }, svg("title", {}, told)),
  ];
}
