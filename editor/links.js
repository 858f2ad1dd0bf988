/** A query as a link, as files to download and as code to paste. */

import { el } from "./dom.js";

/** Characters of a URL; longer ones do not pass everywhere, so such a query is posted. */
export const LONG = 6000;

export const endpoint = new URL(document.querySelector("form.query")?.getAttribute("action") ?? "", location.href).href;

/** The address of a query: alone the page of it, with the suffix of a format its answer as a file. */
export function address(query, suffix) {
  const url = new URL(endpoint);
  url.searchParams.set("query", query);
  if (suffix) url.searchParams.set("format", suffix);
  return url.href;
}

/** The address bar always holds a link to what is shown, and so do the links to the other languages. */
export function remember(query, language) {
  const url = new URL(address(query));
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
export function files(query, kind, { formats, t }, failed) {
  return formats[isGraph(kind) ? "graph" : "results"].flatMap((format) => {
    const href = address(query, format.suffix);
    const long = href.length >= LONG;
    const name = `${t.file}.${format.suffix}`;
    const onclick = (event) => long && post(event, query, format, name, failed);
    return [el("a", { href: long ? "#" : href, download: name, type: format.media_type, onclick }, format.name), " "];
  });
}

/** Where the file comes by POST because its address would be too long. */
async function post(event, query, format, name, failed) {
  event.preventDefault();
  const headers = { Accept: format.media_type, "Content-Type": "application/sparql-query" };
  const answer = await fetch(endpoint, { method: "POST", headers, body: query });
  if (!answer.ok) return failed();
  const file = URL.createObjectURL(await answer.blob());
  el("a", { href: file, download: name }).click();
  return URL.revokeObjectURL(file);
}

/** Show the code that asks this query; the server wrote all but the query and the address that it is reached by. */
export function paste(query, kind) {
  const shown = isGraph(kind) ? "graph" : kind === "ASK" ? "ask" : "select";
  document.querySelector("section.paste")?.removeAttribute("hidden");
  for (const block of document.querySelectorAll("[data-kind]")) block.hidden = block.dataset.kind !== shown;
  for (const slot of document.querySelectorAll("[data-endpoint]")) slot.textContent = endpoint;
  for (const slot of document.querySelectorAll("[data-escape]")) {
    slot.textContent = slot.dataset.escape === "python" ? escaped(query) : query;
  }
}

const escaped = (query) => query.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"');
