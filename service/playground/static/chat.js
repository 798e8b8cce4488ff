// The Messenger panel.  New messages of the page appear one by one behind typing dots, as they would.

import { find, h, icon, isNew, linked } from "./dom.js";
import { near } from "./times.js";

const APART = 15 * 60e3;
const SIGNS = { email: "mail", phone: "phone", image: "image", video: "film", audio: "sound", file: "file" };
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
  const team = find("team");
  form.querySelector("[type=submit]").append(icon("send"));
  find("photo").append(icon("image"));
  team.append(icon("person"));
  find("photo").addEventListener("click", () => act.photo());
  team.addEventListener("click", () => {
    const on = team.getAttribute("aria-pressed") !== "true";
    team.setAttribute("aria-pressed", String(on));
    find("photo").hidden = on;
    box.placeholder = on ? "As the team" : "Aa";
    box.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    if (team.getAttribute("aria-pressed") === "true") act.answer(text);
    else act.say(text);
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
    find("thread-sub").textContent = `${now.bot} usually replies instantly`;
  }
  if (other) clear();
  silence();
  if (!now.chat.length) return welcome();
  thread.querySelector(".welcome")?.remove();
  const fresh = now.chat.filter((bubble) => !shown.has(bubble.id));
  for (const bubble of fresh) shown.add(bubble.id);
  if (other || STILL.matches) fresh.forEach((bubble) => add(bubble, !other));
  else waiting.push(...fresh);
  if (fresh.some((bubble) => bubble.who === "person")) offers.replaceChildren();
  if (!timer) reveal();
}

/** While the team has the conversation, say so where one writes, and let it be handed back. */
function silence() {
  const { silent } = state.knows;
  if (!isNew("silent", [silent, state.bot])) return;
  const bar = find("silent");
  if (!silent && find("team").getAttribute("aria-pressed") === "true") find("team").click();
  bar.hidden = !silent;
  bar.replaceChildren(h("span", {}, `The team has this chat; ${state.bot} is silent.`),
    h("button", { class: "button", type: "button", onclick: () => act.back() }, `Hand back to ${state.bot}`));
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
  const asked = state.breakers[door?.language] ?? [];
  if (!isNew("welcome", [state.person.psid, door, asked]) && thread.querySelector(".welcome")) return;
  const link = door?.ref ? h("p", {}, "You followed ", h("code", {}, `m.me/${state.page || "…"}?ref=${door.ref}`)) : null;
  const typed = !door?.ref && door?.word;
  const word = door?.ref && door.word ? h("p", {}, "or just type “", h("code", {}, door.word), "”") : null;
  thread.replaceChildren(h("div", { class: "welcome" },
    h("div", { class: "avatar", "aria-hidden": "true" }, state.bot.slice(0, 1)),
    h("h3", {}, state.brand), link,
    h("button", { class: "start", type: "button", onclick: () => act.start() }, typed ? `Say “${door.word}”` : "Get started"), word,
    asked.length ? h("div", { class: "breakers" }, asked.map((one) => h("button", { type: "button", onclick: () => act.tap(one) }, one.label))) : null));
}

function reveal() {
  timer = 0;
  const next = waiting[0];
  if (!next) {
    dots(state.typing);
    return offer();
  }
  if (next.who !== "page" || next.voice) {
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
  const same = last?.voice === bubble.voice && last?.who === bubble.who;
  last = bubble;
  if (bubble.who === "note") return thread.append(h("div", { class: "note", "data-id": bubble.id }, bubble.text));
  if (bubble.voice && !same) thread.append(h("div", { class: "voice" }, bubble.voice));
  thread.append(drawn(bubble, fresh));
  bottom();
}

function drawn(bubble, fresh) {
  const look = `bubble ${bubble.who}${bubble.voice ? " team" : ""}${fresh ? " fresh" : ""}`;
  if (bubble.cards.length) return carousel(bubble, fresh);
  if (bubble.media) return h("div", { class: `${look} media` }, medium(bubble.media.kind, bubble.media.url));
  if (bubble.buttons.length) return card(bubble, fresh);
  return h("div", { class: look }, linked(bubble.text));
}

/** What would be seen: nothing is loaded from another host, so its name stands for it. */
function medium(kind, url) {
  const name = decodeURIComponent(url.split(/[?#]/)[0].split("/").pop() || kind);
  return h("figure", { class: `medium ${kind}`, title: url }, icon(SIGNS[kind] ?? "file"), h("figcaption", {}, name));
}

function carousel(bubble, fresh) {
  const cards = bubble.cards.map((one) => h("li", { class: "tile" },
    one.image ? medium("image", one.image) : null,
    h("strong", {}, one.title), one.subtitle ? h("p", {}, one.subtitle) : null,
    one.buttons.map(button)));
  return h("ul", { class: `tiles${fresh ? " fresh" : ""}`, tabindex: "0", "aria-label": `${cards.length} cards` }, cards);
}

function button(one) {
  if (one.kind === "call") return h("span", { class: "open", title: one.url }, icon("phone"), one.label);
  if (one.kind === "url") {
    const link = linked(one.url).find((part) => part.href);
    if (link) Object.assign(link, { className: "open", textContent: one.label });
    return link ?? h("span", { class: "open" }, one.label);
  }
  return h("button", { type: "button", onclick: () => act.tap(one) }, one.label);
}

function card(bubble, fresh) {
  return h("div", { class: `bubble ${bubble.who} card${fresh ? " fresh" : ""}` },
    h("p", {}, linked(bubble.text)), bubble.buttons.map(button));
}

function offer() {
  const newest = state.chat.at(-1);
  const replies = newest?.who === "page" ? newest.replies : [];
  if (!isNew("offers", [newest?.id, replies]) && offers.childElementCount === replies.length) return;
  offers.replaceChildren(...replies.map((one) =>
    h("button", { type: "button", onclick: () => { offers.replaceChildren(); act.tap(one); } },
      SIGNS[one.kind] ? icon(SIGNS[one.kind]) : null, one.label)));
  bottom();
}

new ResizeObserver(() => bottom()).observe(thread);

function bottom() {
  thread.scrollTo({ top: thread.scrollHeight, behavior: "instant" });
}
