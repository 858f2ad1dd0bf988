/** The box that searches, where scripts run: what the text may become, as one types (WAI-ARIA combobox with a listbox). */

import { el } from "./dom.js";

const PAUSE = 120; // milliseconds without a key before the server is asked
const form = document.querySelector("form.search");
const box = form?.querySelector("input[type=search]");

if (box) {
  const list = el("ul", { role: "listbox", id: "suggestions", hidden: true, "aria-label": box.labels[0].textContent });
  let timer;
  let asking;
  let active = -1;

  const shown = () => [...list.children];

  const close = () => {
    asking?.abort();
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };

  const mark = (place) => {
    active = place;
    for (const [at, option] of shown().entries()) option.setAttribute("aria-selected", String(at === place));
    if (place < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", shown()[place].id);
  };

  const open = ([, names, kinds, addresses]) => {
    const options = names.map((name, at) =>
      el(
        "li",
        { role: "option", id: `suggestion-${at}`, "aria-selected": "false", "data-address": addresses[at] },
        el("bdi", {}, name),
        " ",
        el("small", {}, kinds[at]),
      ),
    );
    list.replaceChildren(...options);
    list.hidden = !options.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    mark(-1);
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const address = new URL(form.dataset.suggest, document.baseURI);
    address.searchParams.set("q", box.value.trim());
    try {
      const answer = await fetch(address, { signal: asking.signal });
      if (answer.ok) open(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") close(); // no connection: the form works without suggestions
    }
  };

  const follow = (option) => location.assign(option.dataset.address);

  const keys = {
    ArrowDown: () => mark(active + 1 < shown().length ? active + 1 : -1),
    ArrowUp: () => mark(active < 0 ? shown().length - 1 : active - 1),
    Escape: close,
    Tab: close,
  };

  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  })) {
    box.setAttribute(name, value);
  }
  form.append(list);
  box.addEventListener("input", () => {
    clearTimeout(timer);
    if (box.value.trim().length > 1) timer = setTimeout(ask, PAUSE);
    else close();
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      follow(shown()[active]);
    } else if (keys[event.key]) {
      if (event.key !== "Tab") event.preventDefault();
      keys[event.key]();
    }
  });
  box.addEventListener("blur", () => setTimeout(close, PAUSE)); // after a click in the list
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) follow(option);
  });
}
