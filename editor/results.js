/** The page of a question where scripts run: its table also as a chart or a map, where they fit. */

import * as chart from "./chart.js";
import { el, pageData } from "./dom.js";
import * as map from "./map.js";
import { fromTable } from "./model.js";

const page = pageData();
const { t } = page;
const table = document.querySelector("section.answer table");

if (table) {
  const results = fromTable(table);
  const views = [[t.table, () => table.closest(".scroll")]];
  if (chart.chartable(results)) views.push([t.chart, () => chart.draw(results, page)]);
  if (map.mappable(results)) views.push([t.map, () => map.draw(results, page)]);
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
