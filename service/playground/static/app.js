// The page: holds the state, hands it to the panels, and sends what the visitor does.

import * as chat from "./chat.js";
import * as everybody from "./everybody.js";
import * as inbox from "./inbox.js";
import * as knows from "./knows.js";
import * as script from "./script.js";
import * as starts from "./starts.js";
import { arrows, find, h, icon, isDark, isNew } from "./dom.js";
import { hintFor } from "./hints.js";
import { get, onChange, post } from "./server.js";
import { near, setZone, span, whole } from "./times.js";

let state = null;
let person = sessionStorage.getItem("doorstep.person") ?? "";
let language = null;
let asking = false;
let askAgain = false;

const path = (rest) => `/people/${encodeURIComponent(person)}${rest}`;

function toast(text) {
  const place = find("toast");
  place.textContent = text;
  place.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { place.hidden = true; }, 5000);
}

async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.message);
    return null;
  }
}

/** Ask for the state; calls that come meanwhile are one more question afterwards. */
async function refresh() {
  if (asking) { askAgain = true; return; }
  asking = true;
  try {
    do {
      askAgain = false;
      const asked = person;
      const now = await get(`/state?person=${encodeURIComponent(asked)}`);
      if (asked === person) show(now);
      else askAgain = true;
    } while (askAgain);
    document.body.classList.remove("away");
  } catch (error) {
    if (error.status === 404) person = "";
    away();
  }
  asking = false;
}

/** Say that nobody answers; the next state that arrives takes it back. */
function away() {
  document.body.classList.add("away");
  isNew("hint", null);
  find("hint").replaceChildren(h("strong", {}, "The demo does not answer."), " ", h("span", {}, "Is it still running? The page goes on by itself once it is."));
}

function show(now) {
  const other = !state || state.person.psid !== now.person.psid;
  if (!other && new Date(now.now) - new Date(state.now) > 300e3) jumped();
  state = now;
  if (other) language = null;
  person = now.person.psid;
  sessionStorage.setItem("doorstep.person", person);
  setZone(now.timezone);
  if (!now.person.started && language) now.person.language = language;
  header();
  product();
  chat.show(now, other);
  starts.show(now);
  inbox.show(now, other, news);
  knows.show(now);
  script.show(now, other);
  everybody.show(now);
  news();
  const [title, text] = hintFor(now);
  find("hint").classList.toggle("bad", now.problems.some((one) => one.severity === "error"));
  if (isNew("hint", [title, text])) find("hint").replaceChildren(h("strong", {}, title), " ", h("span", {}, text));
  document.body.dataset.ready = "true";
}

function header() {
  find("now").textContent = whole(state.now);
  find("now").dateTime = state.now;
  find("moved").textContent = span(state.moved_seconds);
  if (isNew("people", [state.people, person])) {
    find("person").replaceChildren(...state.people.map((one) => h("option", { value: one.psid, selected: one.psid === person }, one.name)));
    for (const place of document.querySelectorAll(".name")) place.textContent = state.person.name;
  }
  if (isNew("languages", [state.doors, state.person])) languages();
  if (isNew("due", [state.due, state.now.slice(0, 10)])) next();
}

function languages() {
  const fixed = state.person.started;
  find("languages").replaceChildren(...state.doors.map((one) => h("button", {
    type: "button", role: "radio", "aria-checked": String(one.language === state.person.language), "data-value": one.language, disabled: fixed,
    title: fixed ? `${state.person.name} chose on arrival; take a new person for another language` : `Arrive by the ${one.label} link`,
    onclick: () => { language = one.language; state.person.language = language; show({ ...state }); },
  }, one.label)));
}

function next() {
  const { due } = state;
  const whose = due && due.psid !== person ? ` for ${due.name}` : "";
  const label = due ? `Next${whose}: ${due.what}, ${near(due.at, state.now)}` : "Nothing is due";
  find("next").disabled = !due;
  find("next").title = due ? "Move the clock to this moment" : "No nudge, mail or expiry is waiting";
  find("next").replaceChildren(due ? icon("forward") : "", h("span", {}, label));
}

function jumped() {
  find("now").classList.remove("jumped");
  requestAnimationFrame(() => find("now").classList.add("jumped"));
}

function product() {
  if (!isNew("actions", state.actions)) return;
  find("product").hidden = !state.actions.length;
  document.querySelector('.tabs [data-tab="product"]').hidden = !state.actions.length;
  find("actions").replaceChildren(...state.actions.map((one) => h("li", {},
    h("button", { class: "button", type: "button", title: one.event, onclick: () => did(one) }, one.label),
    h("button", { class: "button", type: "button", title: "Copy the request as a curl command", "aria-label": `Copy curl: ${one.label}`, onclick: () => copy(one) }, "curl"))));
}

async function did(action) {
  const told = await attempt(() => post(path("/event"), { event: action.event }));
  if (told) toast(`${told.status} ${told.text}`);
}

/** Copy the request with an id of its own: an event is taken once for each id. */
async function copy(action) {
  const id = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const curl = action.curl.replace("FRESH", id);
  try {
    await navigator.clipboard.writeText(curl);
    toast("Copied. Paste it into a terminal; copy again for one more event.");
  } catch {
    prompt("Copy this command:", curl);
  }
}

function news() {
  const count = inbox.unread();
  const tab = document.querySelector('.tabs [data-tab="inbox"]');
  if (count) tab.dataset.news = count;
  else delete tab.dataset.news;
  document.title = `${count ? `(${count}) ` : ""}Doorstep playground`;
}

async function scan() {
  const place = find("scanned");
  find("scan").disabled = true;
  const told = await attempt(() => post(path("/scan")));
  find("scan").disabled = false;
  if (!told) return;
  const rest = told.elsewhere ? ` ${told.elsewhere} links lead to other sites and were left alone.` : "";
  place.hidden = false;
  place.classList.toggle("bad", told.changed.length > 0);
  place.textContent = told.changed.length
    ? `${told.visits} visits to ${told.links} links, and this changed: ${told.changed.join(", ")}.`
    : `${told.visits} visits, nothing changed. ${told.links} links by GET, HEAD and OPTIONS.${rest}`;
}

function theme() {
  const root = document.documentElement;
  const button = find("theme");
  const draw = () => {
    const dark = isDark();
    button.replaceChildren(icon(dark ? "sun" : "moon"));
    return dark;
  };
  const kept = localStorage.getItem("doorstep.theme");
  if (kept) root.dataset.theme = kept;
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  button.addEventListener("click", () => {
    root.dataset.theme = draw() ? "light" : "dark";
    localStorage.setItem("doorstep.theme", root.dataset.theme);
    draw();
    inbox.recolour();
  });
}

function tabs() {
  const all = [...document.querySelectorAll(".tabs button")];
  const choose = (name) => {
    document.body.dataset.tab = name;
    for (const one of all) one.toggleAttribute("aria-current", one.dataset.tab === name);
    inbox.look();
  };
  for (const one of all) one.addEventListener("click", () => choose(one.dataset.tab));
  const wide = matchMedia("(min-width: 821px)");
  const beside = ["messenger", "product"];
  const fit = () => choose(wide.matches && beside.includes(document.body.dataset.tab) ? "inbox" : document.body.dataset.tab);
  wide.addEventListener("change", fit);
  fit();
}

function wire() {
  find("person").addEventListener("change", (event) => { person = event.target.value; forget(); refresh(); });
  find("newcomer").addEventListener("click", () => attempt(async () => {
    person = (await post("/people")).psid;
    forget();
    await refresh();
  }));
  find("languages").addEventListener("keydown", arrows);
  for (const one of document.querySelectorAll("[data-hours]")) {
    one.addEventListener("click", () => attempt(() => post("/clock", { hours: Number(one.dataset.hours) })));
  }
  find("next").addEventListener("click", () => attempt(() => post("/clock", { person })));
  find("scan").addEventListener("click", scan);
}

/** A link of a mail into the chat opens this page with a person, and the ref that a real phone would send along. */
async function arrive() {
  const wanted = new URLSearchParams(location.search);
  const ref = wanted.get("follow");
  person = wanted.get("person") || person;
  if (wanted.size) history.replaceState(null, "", location.pathname); // a reload must not follow it again
  await refresh();
  if (ref) await attempt(() => post(path("/follow"), { ref, language: state.person.language }));
}

const forget = () => { find("scanned").hidden = true; };

const say = (text) => attempt(() => post(path("/say"), { text, language: state.person.language }));

starts.start({ say, follow: (ref) => attempt(() => post(path("/follow"), { ref, language: state.person.language })) });
chat.start({
  say,
  answer: (text) => attempt(() => post(path("/answer"), { text })),
  back: () => attempt(() => post(path("/back"))),
  photo: () => attempt(() => post(path("/photo"))),
  tap: (choice) => attempt(() => post(path("/tap"), { title: choice.label, payload: choice.payload, postback: choice.kind === "postback", language: state.person.language })),
  start: () => attempt(() => post(path("/start"), { language: state.person.language })),
});
script.start({ attempt, toast });
everybody.start({ attempt, toast, choose: (psid) => { person = psid; forget(); refresh(); } });
theme();
tabs();
wire();
onChange(refresh);
setInterval(refresh, 20000);
arrive();
