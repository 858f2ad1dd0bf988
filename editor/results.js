/** The page of a question where scripts run: its table also as the pictures that its query names, or that fit. */

import * as chart from "./chart.js";
import { el, pageData } from "./dom.js";
import * as map from "./map.js";
import { fromTable } from "./model.js";

const page = pageData();
const { t } = page;
const PICTURES = { chart: { can: chart.chartable, draw: chart.draw }, map: { can: map.mappable, draw: map.draw } };
const table = document.querySelector("section.answer table");

if (table) {
  const results = fromTable(table);
  const views = [[t.table, () => table.closest(".scroll")]];
  for (const wanted of page.pictures ?? [{ kind: "chart" }, { kind: "map" }]) {
    const { can, draw } = PICTURES[wanted.kind];
    if (can(results)) views.push([t[wanted.kind], () => draw(results, page, wanted)]);
  }
  if (views.length > 1) offer(views);
}

function offer(views) {
  const place = el("div", { class: "view" });
  const buttons = views.map(([name, draw]) => el("button", { type: "button", onclick: () => show(name, draw) }, name));
  const show = (name, draw) => {
    place.replaceChildren(draw());
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === name));
  };
  const scroll = table.closest(".scroll");
  scroll.before(el("div", { class: "views" }, ...buttons), place);
  show(...views[0]);
}
