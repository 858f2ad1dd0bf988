/**
 * The graphs that a tab asks over beside what its query says (SPARQL 1.1 Protocol §2.1.4): parameters, `{name, value}`.
 *
 * They are kept as the arguments of its requests: YASGUI's own setting sends the named graphs as the default ones too.
 */

import { el } from "./dom.js";

/** The parameters of the server's page, or of a tab that is to be opened. */
export const fromDataset = (dataset) =>
  Object.entries(dataset).flatMap(([name, graphs]) => graphs.map((value) => ({ name, value })));

export const graphsOf = (tab) => tab?.getRequestConfig().args ?? [];

export const sameGraphs = (some, others) => JSON.stringify(some) === JSON.stringify(others);

/** The graphs of a tab to be unticked and ticked again; `changed` is called after each. */
export function choice(tab, t, changed) {
  const offered = graphsOf(tab).map((graph) => ({ graph, ticked: true }));
  if (!offered.length) return [];
  const tick = (entry, ticked) => {
    entry.ticked = ticked;
    tab.setRequestConfig({ args: offered.filter((one) => one.ticked).map((one) => one.graph) });
    changed();
  };
  const boxes = offered.map((entry) => {
    const { name, value } = entry.graph;
    const box = el("input", { type: "checkbox", checked: true, onchange: (event) => tick(entry, event.target.checked) });
    return el("label", {}, box, ` ${t[name]} `, el("code", {}, value));
  });
  return [el("fieldset", { class: "graphs" }, el("legend", {}, t.graphs), el("p", { class: "meta" }, t.graphs_note), ...boxes)];
}

/** The page says of the tab that is shown whether it asks over the union. */
export function lead(tab) {
  const over = graphsOf(tab).length ? "graphs" : "union";
  for (const text of document.querySelectorAll("[data-over]")) text.hidden = text.dataset.over !== over;
}
