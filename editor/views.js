/** The views of results, as plugins of YASR: table, chart, map, text, yes or no, and what went wrong. */

import * as chart from "./chart.js";
import { el, say, written } from "./dom.js";
import * as map from "./map.js";
import { called, shortened } from "./model.js";

const PAGE = 100; // rows of the table at a time

/** Put our views in the place of YASR's own, which speak English only and bring styles that our policy forbids. */
export function register(Yasr, page) {
  const { t } = page;
  const views = {
    table: view(t.table, 10, solutions, (yasr) => table(yasr, page)),
    chart: view(t.chart, 5, (yasr) => chart.chartable(solutions(yasr) || NOTHING), (yasr) => picture(yasr, chart.draw(solutions(yasr), page), t)),
    map: view(t.map, 5, (yasr) => map.mappable(solutions(yasr) || NOTHING), (yasr) => picture(yasr, map.draw(solutions(yasr), page), t)),
    text: view(t.text, 1, (yasr) => !yasr.results.hasError(), text),
    truth: view(t.text, 10, (yasr) => "boolean" in (json(yasr) ?? {}), (yasr) => truth(yasr, t), true),
    problem: view(t.text, 20, (yasr) => yasr.results.hasError(), (yasr) => problem(reported(yasr, t), page), true),
  };
  for (const name of Object.keys(Yasr.plugins)) delete Yasr.plugins[name];
  Yasr.defaults.plugins = {};
  for (const [name, plugin] of Object.entries(views)) Yasr.registerPlugin(name, plugin);
  Yasr.defaults.pluginOrder = ["table", "chart", "map", "text"];
  Yasr.defaults.defaultPlugin = "table";
}

const NOTHING = { head: { vars: [] }, results: { bindings: [] } };

function view(label, priority, can, draw, hideFromSelection = false) {
  return class {
    constructor(yasr) {
      Object.assign(this, { yasr, label, priority, hideFromSelection });
    }
    canHandleResults() {
      return Boolean(this.yasr.results && can(this.yasr));
    }
    draw() {
      this.yasr.resultsEl.replaceChildren(draw(this.yasr));
    }
  };
}

const parsed = new WeakMap();

/** The results as they came: YASR's own reading would fill in what looks like `{{variable}}` in a literal. */
function json(yasr) {
  const { results } = yasr;
  if (results.hasError() || !/json/.test(results.getContentType() ?? "")) return undefined;
  if (!parsed.has(results)) parsed.set(results, JSON.parse(results.getData()));
  return parsed.get(results);
}

const solutions = (yasr) => (json(yasr)?.results ? json(yasr) : undefined);

function text(yasr) {
  return el("pre", { tabindex: 0 }, el("code", {}, yasr.results.getData()));
}

function truth(yasr, t) {
  return el("p", { class: "words" }, json(yasr).boolean ? t.yes : t.no);
}

function table(yasr, page) {
  const { t } = page;
  const { head, results } = solutions(yasr);
  const body = el("tbody");
  const where = el("span", { "aria-live": "polite" });
  let first = 0;
  const show = (from) => {
    first = from;
    const rows = results.bindings.slice(first, first + PAGE);
    body.replaceChildren(...rows.map((row) => el("tr", {}, ...head.vars.map((name) => el("td", { "data-label": called(name, page) }, ...cell(row[name], page))))));
    where.textContent = say(t.rows_of, { from: first + 1, to: first + rows.length, n: results.bindings.length });
    earlier.disabled = first === 0;
    later.disabled = first + PAGE >= results.bindings.length;
  };
  const earlier = el("button", { type: "button", class: "quiet", onclick: () => show(first - PAGE) }, t.earlier);
  const later = el("button", { type: "button", class: "quiet", onclick: () => show(first + PAGE) }, t.later);
  show(0);
  return el(
    "div",
    {},
    el("p", { class: "note" }, counted(results.bindings.length, yasr.results.getResponseTime(), t)),
    cut(yasr, results.bindings.length, t),
    el(
      "div",
      { class: "scroll", tabindex: 0 },
      el(
        "table",
        { class: "results" },
        el("thead", {}, el("tr", {}, ...head.vars.map((name) => heading(name, page)))),
        body,
      ),
    ),
    results.bindings.length > PAGE ? el("p", { class: "paging" }, earlier, where, later) : null,
  );
}

/** A column by its label and its variable, which the query has. */
function heading(name, page) {
  const label = called(name, page);
  return el("th", { scope: "col", "data-name": name }, label, label === name ? null : el("code", {}, `?${name}`));
}

function counted(n, milliseconds, t) {
  return milliseconds ? say(t.rows_in, { n, s: written(milliseconds / 1000) }) : say(t.rows_found, { n });
}

/** A picture of results that were cut says so, as their table does. */
function picture(yasr, drawn, t) {
  return el("div", {}, cut(yasr, solutions(yasr).results.bindings.length, t), drawn);
}

/** The word that the service cut the results short, with the way to the next rows (RFC 8288). */
function cut(yasr, n, t) {
  const headers = yasr.results.res?.headers;
  const link = /<([^>]*)>\s*;[^,]*rel="?next"?/.exec(headers?.get("Link") ?? "");
  const next = link?.[1] ?? json(yasr).head.link?.[0];
  if (!headers?.get("Atmpgraph-Truncated") && !next) return null;
  if (!next) return el("p", { class: "warning" }, say(t.cut, { n }));
  const there = new URL(next, location.href);
  there.searchParams.delete("format");
  return el("p", { class: "warning" }, `${say(t.cut, { n })} `, el("a", { href: there.href }, t.next_rows));
}

function cell(term, page) {
  if (!term) return [];
  if (term.type === "bnode") return [`_:${term.value}`];
  if (term.type === "triple" && term.value.subject) {
    const { subject, predicate, object } = term.value;
    return ["<<( ", ...cell(subject, page), " ", ...cell(predicate, page), " ", ...cell(object, page), " )>>"];
  }
  if (term.type !== "uri") {
    const tag = term["xml:lang"];
    const dir = term["its:dir"];
    return tag ? [el("span", dir ? { lang: tag, dir } : { lang: tag }, term.value), " ", el("span", { class: "tag" }, tag)] : [term.value];
  }
  const short = shortened(term.value, page);
  return [/^https?:/.test(term.value) ? el("a", { href: here(term.value, page.base, page.root) }, short) : short];
}

/** Where a link goes: what is ours to this server, wherever it stands. */
function here(iri, base, root) {
  return iri.startsWith(base) ? root + iri.slice(base.length).replace(/^id\//, "doc/") : iri;
}

/** The problem details (RFC 9457) of an answer; without any, the network failed. */
export function reported(yasr, t) {
  const { text } = yasr.results.getError();
  try {
    return JSON.parse(text);
  } catch {
    return /abort/i.test(text) ? { title: t.stopped } : { title: t.failed, detail: t.unreachable };
  }
}

function problem({ type = "", title, detail, line, column }, page) {
  const { t } = page;
  const link = type.startsWith(page.base) ? el("a", { href: here(type, page.base, page.root) }, title) : title;
  return el(
    "div",
    { class: "problem", role: "alert" },
    el("p", {}, el("strong", {}, link)),
    line ? el("p", { class: "place" }, say(t.place, { line, column })) : null,
    el("p", { class: "detail" }, detail ?? ""),
    line ? el("p", {}, t.mend) : null,
  );
}
