/** What is asked, `{query, graphs}`, as a link, as files to download and as code to paste. */

import { el, say } from "./dom.js";

/** Characters of a URL; longer ones do not pass everywhere, so such a query is posted. */
export const LONG = 6000;

export const endpoint = new URL(document.querySelector("form.query")?.getAttribute("action") ?? "", location.href).href;

/** The parameters of the protocol (SPARQL 1.1 Protocol §2.1.1, §2.1.2). */
function parameters({ query, graphs }) {
  return new URLSearchParams([["query", query], ...graphs.map(({ name, value }) => [name, value])]);
}

/** The address of what is asked: alone the page of it, with the suffix of a format its answer as a file. */
export function address(asked, suffix) {
  const url = new URL(endpoint);
  url.search = parameters(asked);
  if (suffix) url.searchParams.set("format", suffix);
  return url.href;
}

/** The address bar always holds a link to what is shown, and so do the links to the other languages. */
export function remember(asked, language) {
  const url = new URL(address(asked));
  if (url.href.length >= LONG) url.search = "";
  if (language) url.searchParams.set("lang", language);
  history.replaceState(null, "", url);
  for (const link of document.querySelectorAll(".languages a")) {
    url.searchParams.set("lang", link.hreflang);
    link.href = url.href;
  }
}

const isGraph = (kind) => kind === "CONSTRUCT" || kind === "DESCRIBE";

/** A link for each format; `failed` is called when a file that was asked for does not come. */
export function files(asked, kind, { formats, t }, failed) {
  return formats[isGraph(kind) ? "graph" : "results"].flatMap((format) => {
    const href = address(asked, format.suffix);
    const long = href.length >= LONG;
    const name = `${t.file}.${format.suffix}`;
    const onclick = (event) => long && post(event, asked, format, name, failed);
    return [el("a", { href: long ? "#" : href, download: name, type: format.media_type, onclick }, format.name), " "];
  });
}

/** Where the file comes by POST because its address would be too long. */
async function post(event, asked, format, name, failed) {
  event.preventDefault();
  const answer = await fetch(endpoint, { method: "POST", headers: { Accept: format.media_type }, body: parameters(asked) });
  if (!answer.ok) return failed();
  const file = URL.createObjectURL(await answer.blob());
  el("a", { href: file, download: name }).click();
  return URL.revokeObjectURL(file);
}

/** Show the code that asks this; the server wrote all but the query, its graphs and the address that it is reached by. */
export function paste({ query, graphs }, kind) {
  const shown = isGraph(kind) ? "graph" : kind === "ASK" ? "ask" : "select";
  document.querySelector("section.paste")?.removeAttribute("hidden");
  for (const block of document.querySelectorAll("[data-kind]")) block.hidden = block.dataset.kind !== shown;
  for (const slot of document.querySelectorAll("[data-endpoint]")) slot.textContent = endpoint;
  for (const slot of document.querySelectorAll("[data-escape]")) {
    slot.textContent = slot.dataset.escape === "python" ? escaped(query) : query;
  }
  for (const slot of document.querySelectorAll("[data-graphs]")) {
    slot.textContent = graphs.map(({ name, value }) => say(slot.dataset.graphs, spelled(name, value))).join("");
  }
}

/** A graph as the programs spell it: in a string, and in a URL. */
function spelled(name, graph) {
  const encoded = encodeURIComponent(graph).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
  return { name, graph: JSON.stringify(graph).slice(1, -1), encoded };
}

const escaped = (query) => query.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"');
