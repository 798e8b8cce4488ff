// Small parts to build the page from.  Text is only ever set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  send: "M4 12 20 4l-4 16-4.500-6.500zM11.500 13.500 20 4",
  mail: "M3.500 6h17v12h-17zM4 7l8 6 8-6",
  forward: "M5 6l7 6-7 6zM13 6l7 6-7 6z",
  sun: "M12 8a4 4 0 1 0 .01 0M12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1.100 1.100M17.300 17.300l1.100 1.100M5.600 18.400l1.100-1.100M17.300 6.700l1.100-1.100",
  moon: "M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z",
  phone: "M8 3.500h8a1 1 0 0 1 1 1v15a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1M11 17.500h2",
  link: "M10 13.500a4 4 0 0 0 6 .500l3-3a4 4 0 0 0-5.600-5.600l-1.500 1.500M14 10.500a4 4 0 0 0-6-.500l-3 3a4 4 0 0 0 5.600 5.600l1.500-1.500",
  menu: "M4.500 7h15M4.500 12h15M4.500 17h15",
  people: "M9 4.500a3.500 3.500 0 1 1 0 7a3.500 3.500 0 1 1 0-7M2.500 19.500a6.500 6.500 0 0 1 13 0M16 5a3.200 3.200 0 0 1 0 6.300M18.500 19.500a6.500 6.500 0 0 0-2.500-5",
  person: "M12 4a4 4 0 1 1 0 8a4 4 0 1 1 0-8M4.500 20.500a7.500 7.500 0 0 1 15 0",
  image: "M3.500 5h17v14h-17zM4 16l4.500-4.500 3.500 3.500 3-3L20 17M15.500 9h.01",
  film: "M3.500 5.500h17v13h-17zM10 9l5 3-5 3z",
  sound: "M5 9.500h3.500L13 6v12l-4.500-3.500H5zM16 9a4.500 4.500 0 0 1 0 6",
  file: "M6 3.500h8l4.500 4.500v12.500H6zM14 3.500V8h4.500",
  screen: "M3.500 5h17v11h-17zM9 20h6M12 16v4",
  back: "M14.500 6 8.500 12l6 6",
  good: "M5.500 12.500 10 17l8.500-9.500",
  wait: "M12 7v5l3.500 2",
  stop: "M7 7l10 10M17 7 7 17",
  plain: "M12 12h.01",
};

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export const find = (id) => document.getElementById(id);

/** Tell whether the page is dark: by the visitor's choice, else by the system's. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

const seen = new Map();

/** Tell whether a value is another one than the last time it was shown in this place. */
export function isNew(place, value) {
  const text = JSON.stringify(value);
  if (seen.get(place) === text) return false;
  seen.set(place, text);
  return true;
}

/** A row of choices of which one holds; arrow keys move between them. */
export function segments(label, choices, current, choose) {
  const radios = choices.map(([value, text, sign]) =>
    h("button", {
      type: "button", role: "radio", "aria-checked": String(value === current), "data-value": value,
      "aria-label": sign ? text : null, title: sign ? text : null, tabindex: value === current ? "0" : "-1",
      onclick: () => choose(value),
    }, sign ? icon(sign) : text));
  return h("span", { class: "segments", role: "radiogroup", "aria-label": label, onkeydown: arrows }, radios);
}

export function arrows(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const all = [...event.currentTarget.querySelectorAll("button:not(:disabled)")];
  const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  if (!next) return;
  event.preventDefault();
  const value = next.dataset.value;
  const owner = event.currentTarget;
  next.focus();
  next.click();
  owner.querySelector(`[data-value="${CSS.escape(value ?? "")}"]`)?.focus();
}

/** Text with its web addresses made into links; nothing is at `.example`, so a page says what would be there. */
export function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"“”]+[^\s<>"“”.,;:!?)])/).map((part, index) =>
    index % 2 ? h("a", { href: made(part), target: "_blank", rel: "noopener noreferrer" }, part) : part);
}

const made = (url) => (/^https?:\/\/[^/?#]+\.example(?=[/?#]|$)/.test(url) ? `/playground/elsewhere?to=${encodeURIComponent(url)}` : url);
