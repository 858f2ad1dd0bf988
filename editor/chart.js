/** A chart of results that have a number and something to call it: bars, or points in time where there are dates. */

import { el, pictureWidth, say, svg, written } from "./dom.js";
import { numbers, shortened, things, times, words } from "./model.js";

const MOST_BARS = 200;
const UNIT = /unit|currency/i; // numbers of different units share no axis
const NO_MEASURE = /^(lat|lon|lng|year)/i; // numbers that nobody wants to see as bars

const measured = (results) => numbers(results).filter((name) => !NO_MEASURE.test(name));

/** What may name a number, the most telling first: things have but their IRI. */
const labelled = (results) => [...words(results), ...times(results), ...things(results)];

export function chartable(results) {
  return measured(results).length > 0 && labelled(results).length > 0;
}

/** The chart with what the reader may choose: whose numbers, called what, and what splits them into charts. */
export function draw(results, page) {
  const { t } = page;
  const labels = labelled(results);
  const measures = measured(results);
  const splits = results.head.vars.filter((name) => !measures.includes(name));
  const chosen = {
    number: measures[0],
    label: labels[0],
    split: splits.find((name) => UNIT.test(name)) ?? "",
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
        ...names.map((name) => el("option", { value: name, selected: name === chosen[key] }, name || t.none)),
      ),
    );
  redraw();
  return el(
    "div",
    { class: "chart" },
    el("div", { class: "choices" }, choice("number", measures), choice("label", labels), choice("split", ["", ...splits])),
    picture,
  );
}

function charts(results, { number, label, split }, page) {
  const { t } = page;
  const groups = grouped(results.results.bindings, (row) => row[split]?.value ?? "");
  const timed = times(results).includes(label);
  return [...groups].flatMap(([name, rows]) => {
    const drawn = rows.filter((row) => row[number] && row[label]);
    if (!drawn.length) return [];
    const title = split ? el("h4", {}, page.units[name] || shortened(name, page) || t.none) : null;
    const body = timed && drawn.length > 2 ? line(drawn, number, label) : bars(drawn, number, label, results, page);
    const cut = !timed && drawn.length > MOST_BARS ? el("p", { class: "note" }, say(t.first_bars, { n: MOST_BARS })) : null;
    return [title, cut, body].filter(Boolean);
  });
}

function grouped(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

/** Bars are a list, so that long names wrap and a screen reader reads them; the rest of the row says how exact it is. */
function bars(rows, number, label, results, page) {
  const shown = rows.slice(0, MOST_BARS);
  const values = shown.map((row) => Number(row[number].value));
  const low = Math.min(0, ...values);
  const scale = 100 / (Math.max(0, ...values) - low || 1);
  const rest = words(results).filter((name) => name !== label);
  return el(
    "ol",
    { class: "bars" },
    ...shown.map((row, index) => {
      const value = values[index];
      const bar = svg("rect", { x: (Math.min(0, value) - low) * scale, width: Math.abs(value) * scale, height: 1 });
      const notes = rest.map((name) => row[name]?.value).filter(Boolean);
      return el(
        "li",
        {},
        el("span", { class: "name", lang: row[label]["xml:lang"] }, named(row[label], page)),
        el("span", { class: "value" }, written(value)),
        svg("svg", { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": true }, bar),
        notes.length ? el("span", { class: "meta" }, notes.join(" · ")) : null,
      );
    }),
  );
}

const named = (term, page) => (term.type === "uri" ? shortened(term.value, page) : term.value);

const [HEIGHT, LEFT, BOTTOM] = [300, 90, 30];

/** Points in time, joined in their order. */
function line(rows, number, label) {
  const width = pictureWidth();
  const points = rows
    .map((row) => [Date.parse(row[label].value), Number(row[number].value), row[label].value])
    .sort((a, b) => a[0] - b[0]);
  const [x0, x1] = [points[0][0], points.at(-1)[0]];
  const low = Math.min(0, ...points.map((p) => p[1]));
  const high = Math.max(0, ...points.map((p) => p[1]));
  const x = (time) => LEFT + ((time - x0) / (x1 - x0 || 1)) * (width - LEFT - 20);
  const y = (value) => HEIGHT - BOTTOM - ((value - low) / (high - low || 1)) * (HEIGHT - BOTTOM - 20);
  const path = points.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const level = (value) => [
    svg("line", { class: "grid", x1: LEFT, x2: width - 20, y1: y(value), y2: y(value) }),
    svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, written(value)),
  ];
  const joined = new Set(points.map(([time]) => time)).size === points.length; // else they are no course in time
  const date = (point, anchor) => svg("text", { x: x(point[0]), y: HEIGHT - 8, "text-anchor": anchor }, point[2]);
  const summary = points.map(([, value, when]) => `${when}: ${written(value)}`).join("; ");
  return svg(
    "svg",
    { class: "line", viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": summary },
    ...[...new Set([low, (low + high) / 2, high])].flatMap(level),
    ...(joined ? [svg("polyline", { points: path })] : []),
    ...points.map(([time, value, when]) =>
      svg("circle", { cx: x(time), cy: y(value), r: 4 }, svg("title", {}, `${when}: ${written(value)}`)),
    ),
    date(points[0], "start"),
    date(points.at(-1), "end"),
  );
}
