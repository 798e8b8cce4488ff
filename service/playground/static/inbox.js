// The inbox: mails as received, the way a mail client shows them.

import { find, h, icon, isDark, isNew, segments } from "./dom.js";
import { near, whole } from "./times.js";
import { get } from "./server.js";

const KEY = "doorstep.read";
const read = new Set(JSON.parse(localStorage.getItem(KEY) || "[]"));
const way = { part: "rendered", width: "desktop", scheme: "" };
const known = new Set();
const list = find("mails");
const pane = find("reading");
const TEAM = "team";
let opened = null;
let coming = null; // the mail that is being fetched: pressed again meanwhile, it is drawn once
let box = "own";
let chosen = null;
let state = null;
let told = () => {};

export const unread = () => (state ? state.mails.filter((one) => !read.has(one.id)).length : 0);

/** Mails of the box that is looked into: the person's own, or what the team was told. */
const shown = () => (box === TEAM ? state.team : state.mails);

export function show(now, other, changed) {
  state = now;
  told = changed;
  if (other) {
    box = "own";
    chosen = null;
    known.clear();
    now.team.forEach((one) => known.add(one.id));
    pane.parentElement.classList.remove("open");
  }
  if (!isNew("mails", [now.person.psid, now.mails, now.team, now.now.slice(0, 10)]) && !other) return;
  const arrived = other ? [] : shown().filter((one) => !known.has(one.id)).map((one) => one.id);
  const newer = now.mails.length && !known.has(now.mails[0].id);
  now.mails.forEach((one) => known.add(one.id));
  boxes();
  if (newer && box !== TEAM && (chosen || matchMedia("(min-width: 821px)").matches)) return open(now.mails[0].id, arrived);
  lines(arrived);
  if (!chosen) blank();
}

/** Once the team has been told something, its mails can be looked at too. */
function boxes() {
  const place = find("boxes");
  if (!state.team.length && box !== TEAM) return place.replaceChildren();
  const news = state.team.filter((one) => !known.has(one.id)).length;
  const choices = [["own", state.person.name], [TEAM, news ? `Team (${news} new)` : "Team"]];
  place.replaceChildren(segments("Whose mails", choices, box, (value) => {
    box = value;
    if (box === TEAM) state.team.forEach((one) => known.add(one.id));
    chosen = null;
    pane.parentElement.classList.remove("open");
    boxes();
    if (shown().length && matchMedia("(min-width: 821px)").matches) return open(shown()[0].id);
    lines();
    blank();
  }));
}

function blank() {
  pane.replaceChildren(h("p", { class: "blank" }, shown().length
    ? "Choose a mail to read it."
    : box === TEAM ? "The team was told nothing yet."
    : "Nothing here yet. Once an address is given in the chat, its mails arrive here over real SMTP."));
}

function lines(arrived = []) {
  const mails = shown();
  find("inbox-of").textContent = state.team.length ? "" : mails[0]?.to ?? "";
  find("scan").disabled = !state.mails.length;
  if (!mails.length) return list.replaceChildren(h("li", { class: "empty" }, "No mails."));
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.mail : null;
  list.replaceChildren(...mails.map((one) => h("li", {}, line(one, arrived.includes(one.id)))));
  if (focused) list.querySelector(`[data-mail="${CSS.escape(focused)}"]`)?.focus();
}

function line(one, arrived) {
  const names = [read.has(one.id) ? "" : "unread", arrived ? "arrived" : ""].join(" ").trim();
  return h("button", {
    type: "button", class: names, "data-mail": one.id, "aria-current": one.id === chosen ? "true" : null,
    onclick: () => open(one.id),
  }, h("span", { class: "dot" }), h("span", { class: "from" }, one.sender_name || one.sender),
  h("time", { datetime: one.at }, near(one.at, state.now)),
  h("span", { class: "line" }, h("b", {}, one.subject), one.preview ? ` – ${one.preview}` : ""));
}

/** Count the open mail as read once it can be seen: it may have opened behind another tab. */
export function look() {
  if (!chosen || read.has(chosen) || !pane.offsetParent) return;
  read.add(chosen);
  localStorage.setItem(KEY, JSON.stringify([...read].slice(-500)));
  lines();
  told();
}

/** Open a mail.  The newest opens by itself, so that nobody reads an old code while a newer one is there. */
async function open(id, arrived = []) {
  const shown = chosen === id && (coming === id || opened?.head.id === id);
  chosen = id;
  pane.parentElement.classList.add("open");
  lines(arrived);
  look();
  if (shown) return; // drawn again, a link that is just being pressed would be gone
  coming = id;
  try {
    const mail = await get(`/people/${encodeURIComponent(state.person.psid)}/mails/${encodeURIComponent(id)}`);
    if (chosen === id) draw(mail);
  } finally {
    if (coming === id) coming = null;
  }
}

/** The scheme a mail is read in: the page's own, until the visitor chooses. */
const scheme = () => way.scheme || (isDark() ? "dark" : "light");

/** Show the open mail in the page's new colours. */
export function recolour() {
  if (chosen && opened?.head.id === chosen) draw(opened);
}

function draw(mail) {
  opened = mail;
  const again = (name) => (value) => {
    way[name] = value;
    draw(mail);
    pane.querySelector(`.segments [aria-checked="true"][data-value="${value}"]`)?.focus({ preventScroll: true });
  };
  const { head } = mail;
  const files = mail.attached.map((one, number) => [`file-${number}`, one.name]);
  if (way.part.startsWith("file-") && !files[Number(way.part.slice(5))]) way.part = "rendered";
  pane.replaceChildren(
    h("header", { class: "envelope" },
      h("button", { class: "button quiet back", type: "button", onclick: close }, icon("back"), "Inbox"),
      h("h3", {}, head.subject),
      h("p", {}, h("b", {}, head.sender_name || head.sender), ` <${head.sender}>`),
      h("p", {}, h("time", { datetime: head.at }, whole(head.at))),
      h("p", {}, `to ${head.to}`)),
    h("div", { class: "view" },
      segments("Part", [["rendered", "Rendered"], ["text", "Text"], ["headers", "Headers"], ...files], way.part, again("part")),
      way.part === "rendered" ? segments("Width", [["desktop", "Desktop width", "screen"], ["phone", "Phone width", "phone"]], way.width, again("width")) : null,
      way.part === "rendered" ? segments("Scheme", [["light", "Read in light mode", "sun"], ["dark", "Read in dark mode", "moon"]], scheme(), again("scheme")) : null),
    h("div", { class: `stage ${way.part === "rendered" ? `${way.width} ${scheme()}` : ""}`, tabindex: "0" }, part(mail)));
}

function part(mail) {
  if (way.part === "text") return h("pre", {}, mail.text);
  if (way.part.startsWith("file-")) return h("pre", {}, mail.attached[Number(way.part.slice(5))].text || "This file is no text.");
  if (way.part === "headers") return h("dl", {}, mail.headers.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  return h("iframe", {
    title: `Mail: ${mail.head.subject}`,
    sandbox: "allow-popups allow-popups-to-escape-sandbox allow-forms", // the page of an answer opens here; a mail itself may send nothing
    src: `/playground/mail/${encodeURIComponent(state.person.psid)}/${encodeURIComponent(mail.head.id)}?scheme=${scheme()}`,
  });
}

function close() {
  const was = chosen;
  chosen = null;
  pane.parentElement.classList.remove("open");
  lines();
  blank();
  list.querySelector(`[data-mail="${CSS.escape(was)}"]`)?.focus();
}
