// All flows that can be begun by hand: by their word, as people type it, or by their link or ad.

import { find, h, icon, isNew } from "./dom.js";

const list = find("starts");
const opener = find("begin");
let act = null;

export function start(actions) {
  act = actions;
  opener.prepend(icon("menu"));
  opener.addEventListener("click", () => open(list.hidden));
  document.addEventListener("click", (event) => {
    if (!list.hidden && !list.contains(event.target) && !opener.contains(event.target)) open(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    open(false);
    opener.focus();
  });
}

function open(on) {
  list.hidden = !on;
  opener.setAttribute("aria-expanded", String(on));
  if (on) list.querySelector("button")?.focus();
}

export function show(state) {
  const { language } = state.person;
  if (!isNew("starts", [state.starts, language, state.page])) return;
  list.replaceChildren(
    h("p", {}, "A word typed or a link followed begins a flow, whatever was asked before."),
    h("ul", {}, state.starts.map((one) => h("li", { "data-flow": one.flow }, line(one, language, state.page)))));
}

function line(one, language, page) {
  const word = one.words[language] ?? Object.values(one.words)[0];
  const link = `m.me/${page || "…"}?ref=${one.ref}`;
  const by = (title) => ({ type: "button", title, onclick: () => { open(false); act.follow(one.ref); } });
  const name = h("b", {}, one.flow.replaceAll("_", " "));
  if (!word) return h("button", { class: "word", ...by(`Follow ${link}`) }, name, h("span", {}, `ref=${one.ref}`));
  return [
    h("button", { class: "word", type: "button", title: `Type “${word}”`, onclick: () => { open(false); act.say(word); } },
      name, h("span", {}, `“${word}”`)),
    one.ref ? h("button", { class: "by", "aria-label": `Follow the link of ${one.flow}`, ...by(`Follow ${link}`) }, icon("link")) : null];
}
