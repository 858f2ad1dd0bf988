/** The SPARQL page where scripts run: YASGUI in the place of the form, with the answer that the server gave. */

import Yasgui from "@zazuko/yasgui";
import "@zazuko/yasgui/build/yasgui.min.css";
import "./editor.css";
import { el, pageData } from "./dom.js";
import { choice, fromDataset, graphsOf, lead, sameGraphs } from "./graphs.js";
import { LONG, address, endpoint, files, paste, remember } from "./links.js";
import { fromTable } from "./model.js";
import * as terms from "./terms.js";
import * as views from "./views.js";

const page = pageData();
const { t } = page;
const form = document.querySelector("form.query");
const field = form.querySelector("textarea");

terms.register(Yasgui.Yasqe, page);
views.register(Yasgui.Yasr, page);

const place = el("div", { id: "editor" });
form.before(place);
form.hidden = true;
const asked = new URLSearchParams(location.search).get("query") ?? page.query;

const yasgui = new Yasgui(place, {
  autofocus: false,
  populateFromUrl: false,
  copyEndpointOnNewTab: false,
  endpointCatalogueOptions: { getData: () => [], keys: [], renderItem: () => {} },
  tabName: t.tab,
  requestConfig: {
    endpoint: () => endpoint,
    method: () => (address(asking()).length < LONG ? "GET" : "POST"),
    headers: () => ({ "Accept-Language": page.lang }), // of the problems
    acceptHeaderGraph: "text/turtle",
    acceptHeaderSelect: "application/sparql-results+json",
  },
  yasqe: {
    value: field.defaultValue,
    showQueryButton: false,
    collapsePrefixesOnLoad: false,
    editorHeight: "22rem",
    screenReaderLabel: t.query,
    // Tab leaves the editor, as everywhere on the page: no trap for the keyboard (WCAG 2.1.2).
    extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-Enter": run, "Cmd-Enter": run },
  },
  yasr: { prefixes: page.prefixes, maxPersistentResponseSize: 0 }, // an answer kept would be of an older release
});

// The button for a new tab is none of the tabs (WAI-ARIA, tablist).
const add = place.querySelector(".addTab");
const tabs = place.querySelector(".tabsList");
yasgui.tabElements.addTabEl.remove();
yasgui.tabElements.addTabEl = null;
const strip = el("div", { class: "strip" });
tabs.before(strip);
strip.append(tabs, add);
add.title = t.new_tab;
add.setAttribute("aria-label", t.new_tab);

const share = el("a", { class: "button quiet", onclick: copy }, t.share);
const status = el("span", { class: "meta", role: "status" });
const runButton = el("button", { type: "button", onclick: run }, t.run);
const downloads = el("p", { class: "formats" });
const over = el("div");
const bar = el("div", {}, over, el("div", { class: "toolbar" }, runButton, share, status), el("p", { class: "meta" }, t.keys));

const current = () => yasgui.getTab();
const asking = () => ({ query: current()?.getYasqe()?.getValue() ?? field.value, graphs: graphsOf(current()) });

function run() {
  const yasqe = current().getYasqe();
  if (yasqe.req) yasqe.abortQuery();
  else yasqe.query().catch(() => {}); // the view of problems shows it
}

/** What depends on the query and its graphs: links, code to paste. */
function follow() {
  const kind = current()?.getYasqe()?.getQueryType() ?? "SELECT";
  share.href = address(asking());
  share.hidden = share.href.length >= LONG;
  status.textContent = share.hidden ? t.too_long : "";
  downloads.replaceChildren(el("span", {}, t.download), " ", ...files(asking(), kind, page, run));
  paste(asking(), kind);
  lead(current());
}

async function copy(event) {
  if (!navigator.clipboard) return; // the link itself is there
  event.preventDefault();
  await navigator.clipboard.writeText(share.href);
  status.textContent = t.copied;
}

/** A tab shown for the first time: our bar in it, our words on it. */
function settle() {
  const tab = current();
  if (!tab?.getYasqe()) return;
  const panel = document.getElementById(tab.getId());
  panel.querySelector(".editorwrapper").append(bar);
  over.replaceChildren(...choice(tab, t, follow));
  const yasr = tab.getYasr();
  yasr.rootEl.before(downloads);
  label();
  for (const name of [".controlbar", ".yasqe_buttons", ".yasr_response_chip", ".yasr_downloadIcon", ".yasr_external_ref_btn"]) {
    panel.querySelector(name)?.remove(); // they speak English, and lead elsewhere
  }
  for (const close of place.querySelectorAll(".closeTab")) close.title = t.close_tab;
  if (!panel.dataset.settled) {
    panel.dataset.settled = "yes";
    panel.querySelector("#yasr_plugin_control")?.removeAttribute("id"); // each tab has one
    tab.getYasqe().on("change", () => {
      unmark(tab.getYasqe());
      follow();
    });
    yasr.on("drawn", () => press(yasr));
    press(yasr);
  }
  follow();
}

/** The buttons of the views say to everyone which of them is on, and which cannot be. */
function press(yasr) {
  yasr.headerEl.hidden = !yasr.results || yasr.results.hasError();
  for (const [name, plugin] of Object.entries(yasr.plugins)) {
    const button = yasr.headerEl.querySelector(`.select_${name}`);
    if (!button) continue;
    button.removeAttribute("aria-label");
    button.removeAttribute("title");
    button.disabled = !plugin.canHandleResults();
    button.setAttribute("aria-pressed", String(yasr.drawnPlugin === name));
  }
}

/** What the button does for this tab. */
function label() {
  runButton.textContent = current()?.getYasqe()?.req ? t.stop : t.run;
}

function unmark(yasqe) {
  for (let line = 0; line < yasqe.getDoc().lineCount(); line += 1) yasqe.removeLineClass(line, "background", "offending");
}

/** The offending line, marked, with the cursor where the error is. */
function mark(yasqe, line, column) {
  const at = { line: Math.min(line, yasqe.getDoc().lineCount()) - 1, ch: Math.max(0, (column ?? 1) - 1) };
  yasqe.addLineClass(at.line, "background", "offending");
  yasqe.getDoc().setCursor(at);
  yasqe.scrollIntoView(at, 60);
}

function answered(tab) {
  label();
  const yasr = tab.getYasr();
  if (yasr.results?.hasError()) {
    const { line, column } = views.reported(yasr, t);
    if (line) mark(tab.getYasqe(), line, column);
  }
  press(yasr);
}

function open(name, query, graphs = []) {
  const [found] = Object.values(yasgui._tabs).filter(
    (tab) => tab.getPersistedJson().yasqe.value === query && sameGraphs(graphsOf(tab), graphs),
  );
  if (found) yasgui.selectTabId(found.getId());
  else yasgui.addTab(true, { name, yasqe: { value: query }, requestConfig: { args: graphs } });
  settle();
}

/** Tabs that nobody named are called as they would be on this page, in whatever language they were opened. */
function translateNames() {
  const others = page.tabs.filter((word) => word !== t.tab);
  const unnamed = new RegExp(`^(?:${others.join("|")})(?: \\d+)?$`);
  for (const tab of Object.values(yasgui._tabs)) {
    if (unnamed.test(tab.getName())) tab.setName(yasgui.createTabName(t.tab));
  }
}

/** The answer that came with the page becomes the first that YASGUI shows: no query is run twice. */
function takeOver() {
  const answer = document.querySelector("section.answer");
  if (!answer) return;
  const table = answer.querySelector("table");
  const turtle = answer.querySelector("pre.graph");
  const truth = answer.querySelector("[data-truth]");
  const next = answer.querySelector("a[rel=next]");
  const headers = new Headers({ "Content-Type": turtle ? "text/turtle" : "application/sparql-results+json" });
  if (next) headers.set("Link", `<${next.href}>; rel="next"`);
  const content = turtle
    ? turtle.textContent
    : JSON.stringify(table ? fromTable(table) : { head: {}, boolean: truth.dataset.truth === "true" });
  current().getYasr().setResponse({ ok: true, status: 200, headers, content });
  answer.remove();
}

yasgui.on("query", () => {
  label();
  remember(asking(), page.asked);
});
yasgui.on("queryAbort", label);
yasgui.on("queryResponse", (_, tab) => setTimeout(() => answered(tab)));
yasgui.on("tabSelect", () => setTimeout(settle)); // the tab becomes the current one after the event
yasgui.on("tabAdd", () => setTimeout(settle));
yasgui.on("tabClose", () => setTimeout(() => (current() ? settle() : yasgui.addTab(true))));
place.addEventListener("contextmenu", (event) => event.stopImmediatePropagation(), true); // its menu speaks English

translateNames();
if (asked) open(yasgui.createTabName(t.tab), asked, fromDataset(page.dataset));
settle();
takeOver();
document.querySelector("pre.numbered")?.remove(); // the editor marks the line
if (page.line) mark(current().getYasqe(), page.line, page.column);
for (const link of document.querySelectorAll("[data-query]")) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.dataset.query);
    if (!answer.ok) return location.assign(link.href);
    open(link.textContent, (await answer.text()).replace(/^#\+.*\n/gm, ""));
    run();
    place.scrollIntoView({ block: "nearest" });
  });
}
