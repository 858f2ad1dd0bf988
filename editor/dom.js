/** Elements, without a library. */

/** An element: attributes (null and false leave one out), listeners (`onclick`), children. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same in SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false && value !== undefined) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A text with its `{names}` filled in; one that has plural forms is about `n` things. */
export function say(text, values) {
  const sentence = typeof text === "string" ? text : (text[plural(values.n)] ?? text.other);
  const filled = (value) => (typeof value === "number" ? written(value) : value);
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => filled(values[name]) ?? whole);
}

function plural(n) {
  return new Intl.PluralRules(document.documentElement.lang).select(n);
}

/** The data block that the server put on the page. */
export function pageData() {
  return JSON.parse(document.getElementById("page-data").textContent);
}

/** A number as the reader's language writes it. */
export function written(value) {
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 12 }).format(value);
}

/** How wide a picture may be: its letters keep their size on a phone. */
export function pictureWidth() {
  return Math.min(720, document.documentElement.clientWidth - 32);
}
