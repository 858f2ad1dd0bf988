/** The page of a question where scripts run: its answer also as the pictures that its query names, or that fit.
 *
 * The table has a part of a long answer; a picture is drawn from all of it, up to a limit of the server.
 */

import * as chart from "./chart.js";
import { el, pageData } from "./dom.js";
import * as map from "./map.js";
import { fromTable, named } from "./model.js";

const page = pageData();
const { t } = page;
const PICTURES = { chart: { can: chart.chartable, draw: chart.draw }, map: { can: map.mappable, draw: map.draw } };
const table = document.querySelector("section.answer table");

if (table) {
  const part = fromTable(table);
  const answer = once(() => asked(part));
  const wanted = (page.pictures ?? [{ kind: "chart" }, { kind: "map" }]).filter(({ kind }) => PICTURES[kind].can(part));
  if (wanted.length) offer(wanted.map((each) => [t[each.kind], () => picture(each, answer)]));
}

/** The table and the pictures, one of them at a time. */
function offer(pictures) {
  const scroll = table.closest(".scroll");
  const views = [[t.table, () => scroll], ...pictures];
  const place = el("div", { class: "view" });
  const ofTable = document.querySelectorAll("section.answer > .note, section.answer > .paging");
  const buttons = views.map(([name, draw]) => el("button", { type: "button", onclick: () => show(name, draw) }, name));
  const show = (name, draw) => {
    place.replaceChildren(draw());
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === name));
    for (const each of ofTable) each.hidden = name !== t.table;
  };
  scroll.before(el("div", { class: "views" }, ...buttons), place);
  show(...views[0]);
}

/** A picture, in its place as soon as the answer is there. */
function picture(wanted, answer) {
  const { can, draw } = PICTURES[wanted.kind];
  const place = el("div", { "aria-busy": "true" }, el("p", { class: "note", role: "status" }, t.drawing));
  const put = (drawn) => {
    place.replaceChildren(drawn);
    place.removeAttribute("aria-busy");
  };
  answer()
    .then((results) => put(can(results) ? draw(results, page, wanted) : el("p", { class: "note" }, t.none_drawn)))
    .catch((problem) => put(el("p", { class: "warning", role: "alert" }, problem.detail ?? t.unreachable)));
  return place;
}

/** The whole answer, or its first rows. */
async function asked(part) {
  const response = await fetch(page.rows);
  if (!response.ok) throw await response.json();
  return named({ ...(await response.json()), cut: response.headers.has("Atmpgraph-Truncated") }, part, page);
}

/** What is asked for once, and again only after it failed. */
function once(ask) {
  let promise;
  return () => (promise ??= ask().catch((error) => { promise = undefined; throw error; }));
}
