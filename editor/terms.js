/** Completion from our own vocabulary: prefixes, classes, properties and graphs of the release, by name or by label. */

import { el } from "./dom.js";

const MOST = 60;
const CLASS_AFTER = new Set(["a", "rdf:type", "rdfs:domain", "rdfs:range"]);

/** Put our completers in the place of those that would ask other services. */
export function register(Yasqe, { terms, prefixes }) {
  const known = Object.entries(prefixes).map(([prefix, namespace]) => `${prefix}: <${namespace}>`);
  const loaded = fetch(terms).then((answer) => (answer.ok ? answer.json() : { class: [], property: [], graph: [] }));
  const own = (kind, isValidCompletionPosition) => ({
    name: kind,
    autoShow: true,
    bulk: false,
    persistenceId: null,
    isValidCompletionPosition,
    get: async (yasqe, token) => matching((await loaded)[kind], token?.string ?? "", prefixes),
    postProcessSuggestion: (yasqe, token, iri) => prefixed(iri, prefixes),
    postprocessHints: async (yasqe, hints) => labelled(hints, (await loaded)[kind], prefixes),
  });
  for (const name of ["class", "property"]) delete Yasqe.Autocompleters[name];
  Object.assign(Yasqe.Autocompleters.prefixes, { get: known, persistenceId: null });
  Yasqe.defaults.autocompleters = ["prefixes", "variables"];
  Yasqe.registerAutocompleter(own("class", isClassPlace));
  Yasqe.registerAutocompleter(own("property", isPropertyPlace));
  Yasqe.registerAutocompleter(own("graph", isGraphPlace));
}

const isVariable = (token) => /^[?$]/.test(token.string);

function before(yasqe, token) {
  return yasqe.getPreviousNonWsToken(yasqe.getDoc().getCursor().line, token);
}

function isClassPlace(yasqe) {
  const token = yasqe.getCompleteToken();
  return !isVariable(token) && CLASS_AFTER.has(before(yasqe, token)?.state?.lastProperty ?? "") && before(yasqe, token).string !== ";";
}

function isPropertyPlace(yasqe) {
  const token = yasqe.getCompleteToken();
  return token.string.trim() !== "" && !isVariable(token) && token.state.possibleCurrent.includes("a");
}

function isGraphPlace(yasqe) {
  const token = yasqe.getCompleteToken();
  return !isVariable(token) && /^(GRAPH|FROM|NAMED)$/i.test(before(yasqe, token)?.string ?? "");
}

/** The terms whose prefixed name, IRI or label in any language has the letters, those that begin so first. */
function matching(terms, letters, prefixes) {
  const wanted = letters.trim().replace(/^<|>$/g, "").toLowerCase();
  const places = terms.map(({ iri, labels }) => {
    const forms = [prefixed(iri, prefixes), iri, ...Object.values(labels)].map((form) => form.toLowerCase());
    if (forms.some((form) => form.startsWith(wanted) || form.split(":").at(-1).startsWith(wanted))) return 0;
    return forms.some((form) => form.includes(wanted)) ? 1 : 2;
  });
  const order = [0, 1].flatMap((place) => terms.filter((_, index) => places[index] === place));
  return order.slice(0, MOST).map(({ iri }) => iri);
}

function prefixed(iri, prefixes) {
  const [prefix, namespace] = Object.entries(prefixes).find(([, known]) => iri.startsWith(known)) ?? [];
  const local = prefix === undefined ? "" : iri.slice(namespace.length);
  return /^[\w][\w-]*$/.test(local) ? `${prefix}:${local}` : `<${iri}>`;
}

/** Each hint with its label beside it, in the language of the page. */
function labelled(hints, terms, prefixes) {
  const labels = new Map(terms.map(({ iri, labels: found }) => [prefixed(iri, prefixes), found]));
  const language = document.documentElement.lang;
  return hints.map((hint) => ({
    ...hint,
    render: (element) => {
      const label = labels.get(hint.text)?.[language] ?? "";
      element.append(el("code", {}, hint.text), " ", el("span", { class: "meta" }, label === hint.text ? "" : label));
    },
  }));
}
