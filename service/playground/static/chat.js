// The Messenger panel.  New messages of the page appear one by one behind typing dots, as they would.

import { find, h, icon, isNew, linked } from "./dom.js";
import { near } from "./times.js";

const APART = 15 * 60e3;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const thread = find("chat");
const offers = find("offers");
const shown = new Set();
let last = null;
let waiting = [];
let timer = 0;
let state = null;
let act = null;

export function start(actions) {
  act = actions;
  const form = find("composer");
  const box = find("message");
  form.querySelector("button").append(icon("send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    act.say(text);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

export function show(now, other) {
  state = now;
  if (isNew("bot", [now.brand, now.bot])) {
    find("avatar").textContent = now.bot.slice(0, 1);
    find("messenger-title").textContent = now.brand;
    find("thread-sub").textContent = `Messenger · ${now.bot} usually replies instantly`;
  }
  if (other) clear();
  if (!now.chat.length) return welcome();
  thread.querySelector(".welcome")?.remove();
  const fresh = now.chat.filter((bubble) => !shown.has(bubble.id));
  for (const bubble of fresh) shown.add(bubble.id);
  if (other || STILL.matches) fresh.forEach((bubble) => add(bubble, !other));
  else waiting.push(...fresh);
  if (fresh.some((bubble) => bubble.who === "person")) offers.replaceChildren();
  if (!timer) reveal();
}

function clear() {
  clearTimeout(timer);
  timer = 0;
  waiting = [];
  last = null;
  shown.clear();
  thread.replaceChildren();
  offers.replaceChildren();
}

function welcome() {
  const door = state.doors.find((one) => one.language === state.person.language) ?? state.doors[0];
  if (!isNew("welcome", [state.person.psid, door]) && thread.querySelector(".welcome")) return;
  const link = door?.ref ? h("p", {}, "You followed ", h("code", {}, `m.me/${state.page || "…"}?ref=${door.ref}`)) : null;
  const typed = !door?.ref && door?.word;
  const word = door?.ref && door.word ? h("p", {}, "or just type “", h("code", {}, door.word), "”") : null;
  thread.replaceChildren(h("div", { class: "welcome" },
    h("div", { class: "avatar", "aria-hidden": "true" }, state.bot.slice(0, 1)),
    h("h3", {}, state.brand), link,
    h("button", { class: "start", type: "button", onclick: () => act.start() }, typed ? `Say “${door.word}”` : "Get started"), word));
}

function reveal() {
  timer = 0;
  const next = waiting[0];
  if (!next) {
    dots(state.typing);
    return offer();
  }
  if (next.who === "person") {
    waiting.shift();
    dots(false);
    add(next, true);
    return reveal();
  }
  dots(true);
  offers.replaceChildren();
  timer = setTimeout(() => {
    waiting.shift();
    dots(false);
    add(next, true);
    timer = setTimeout(reveal, 120);
  }, Math.min(900, 320 + next.text.length * 3));
}

function dots(on) {
  const there = thread.querySelector(".dots");
  if (there && !on) there.remove();
  if (!there && on) {
    thread.append(h("div", { class: "bubble page dots", "aria-label": `${state.bot} is typing` }, h("i"), h("i"), h("i")));
    bottom();
  }
}

function add(bubble, fresh) {
  const at = new Date(bubble.at);
  if (!last || at - new Date(last.at) > APART) {
    thread.append(h("div", { class: "when" }, near(bubble.at, state.now)));
  }
  last = bubble;
  thread.append(bubble.buttons.length ? card(bubble, fresh) :
    h("div", { class: `bubble ${bubble.who}${fresh ? " fresh" : ""}` }, linked(bubble.text)));
  bottom();
}

function card(bubble, fresh) {
  const buttons = bubble.buttons.map((one) => one.kind === "url"
    ? h("a", { class: "open", href: one.url, target: "_blank", rel: "noopener noreferrer" }, one.label)
    : h("button", { type: "button", onclick: () => act.tap(one) }, one.label));
  return h("div", { class: `bubble ${bubble.who} card${fresh ? " fresh" : ""}` }, h("p", {}, linked(bubble.text)), buttons);
}

function offer() {
  const newest = state.chat.at(-1);
  const replies = newest?.who === "page" ? newest.replies : [];
  if (!isNew("offers", [newest?.id, replies]) && offers.childElementCount === replies.length) return;
  offers.replaceChildren(...replies.map((one) =>
    h("button", { type: "button", onclick: () => { offers.replaceChildren(); act.tap(one); } },
      one.kind === "email" ? icon("mail") : null, one.label)));
  bottom();
}

new ResizeObserver(() => bottom()).observe(thread);

function bottom() {
  thread.scrollTo({ top: thread.scrollHeight, behavior: "instant" });
}
