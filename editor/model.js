/** Results as SPARQL 1.1 Query Results JSON has them: what is in their columns, and how the page's table says it. */

import { el, say } from "./dom.js";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const INTEGERS = "integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger";
const OTHERS = "unsignedInt unsignedLong unsignedShort unsignedByte decimal double float";
const NUMBERS = new Set(`${INTEGERS} ${OTHERS}`.split(" ").map((name) => XSD + name));
const TIMES = new Set(["date", "dateTime", "gYear", "gYearMonth"].map((name) => XSD + name));

export const isNumber = (term) => NUMBERS.has(term?.datatype) && Number.isFinite(Number(term.value));
export const isTime = (term) => TIMES.has(term?.datatype) && !Number.isNaN(Date.parse(term.value));
const isWord = (term) => term !== undefined && term.type !== "uri" && term.type !== "bnode" && !isNumber(term);

/** The variables all of whose values, one at least, are of a kind. */
export function variablesOf(results, kind) {
  return results.head.vars.filter((name) => {
    const terms = results.results.bindings.map((row) => row[name]).filter(Boolean);
    return terms.length > 0 && terms.every(kind);
  });
}

export const numbers = (results) => variablesOf(results, isNumber);
export const times = (results) => variablesOf(results, isTime);
export const words = (results) => variablesOf(results, isWord);

/** The first variable all of whose values, one at least, are IRIs of a kind. */
export const column = (results, kind) => variablesOf(results, (term) => term.type === "uri" && kind(term))[0];

export const things = (results) => variablesOf(results, (term) => term.type === "uri");

/** What people call a column: its label in the library of queries, else the variable. */
export const called = (name, page) => page.columns?.[name] ?? name;

/** The results with as many rows as a picture has, and whether there are more. */
export function drawable(results, { most }) {
  const { bindings } = results.results;
  return { ...results, results: { bindings: bindings.slice(0, most) }, cut: results.cut || bindings.length > most };
}

/** The word that a picture has the first rows only; nothing where it has all. */
export function cutShort({ cut, results }, t) {
  return cut ? el("p", { class: "warning" }, say(t.first_rows, { n: results.bindings.length })) : null;
}

/** The results with a label for each thing and code: the words that stand beside it, else those of the table. */
export function named(results, part, { words = {} }) {
  const known = new Map(part.results.bindings.flatMap((row) => Object.values(row)).map((term) => [term.value, term.label]));
  for (const row of results.results.bindings) {
    for (const [name, term] of Object.entries(row)) {
      if (term.type === "uri") term.label = row[words[name]]?.value ?? known.get(term.value);
    }
  }
  return results;
}

/** The rows that a picture cannot show, said and listed; nothing where there are none. */
export function undrawn(rows, sentence, names, page) {
  if (!rows.length) return null;
  const name = (row) => {
    const there = names.map((candidate) => row[candidate]).filter(Boolean);
    const said = there.filter((term) => term.type !== "uri" || term.label);
    return (said.length ? said : there).slice(0, 3).map((term) => worded(term, page));
  };
  const listed = rows.map((row) => el("li", {}, name(row).join(" · ") || page.t.none));
  return el("div", { class: "undrawn" }, el("p", { class: "note" }, say(sentence, { n: rows.length })), el("ul", {}, ...listed));
}

const worded = (term, page) => (term.type === "uri" ? (term.label ?? shortened(term.value, page)) : term.value);

/** An IRI as people write it: with a prefix, or under our base by its path; whole where that leaves nothing. */
export function shortened(iri, { base, prefixes }) {
  const [prefix, namespace] = Object.entries(prefixes).find(([, known]) => iri.startsWith(known) && iri !== known) ?? [];
  if (prefix !== undefined) return `${prefix}:${iri.slice(namespace.length)}`;
  return (iri.startsWith(base) && iri.slice(base.length).replace(/^id\//, "")) || iri;
}

/** The results that a table of the server shows; its cells carry what the words alone do not tell. */
export function fromTable(table) {
  const vars = [...table.querySelectorAll("thead th")].map((cell) => cell.dataset.name ?? cell.textContent);
  const bindings = [...table.tBodies[0].rows].map((row) => {
    const terms = [...row.cells].map((cell, index) => [vars[index], fromCell(cell, table.dataset.base)]);
    return Object.fromEntries(terms.filter(([, term]) => term));
  });
  return { head: { vars }, results: { bindings } };
}

function fromCell(cell, base) {
  const { type = "literal", value, datatype, lang, direction } = cell.dataset;
  if (!cell.hasChildNodes()) return undefined;
  const iri = cell.dataset.iri ?? (cell.querySelector(":scope > a")?.getAttribute("href") || "");
  if (iri) return { type: "uri", value: iri.startsWith("~") ? base + iri.slice(1) : iri, label: cell.textContent };
  const shown = cell.querySelector(":scope > data, :scope > time") ?? ((lang && cell.firstElementChild) || cell);
  const term = { type, value: value ?? shown.value ?? shown.dateTime ?? shown.textContent };
  if (lang) term["xml:lang"] = lang;
  if (direction) term["its:dir"] = direction;
  if (datatype) term.datatype = datatype.includes(":") ? datatype : XSD + datatype;
  return term;
}
