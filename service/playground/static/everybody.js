// Everybody at once: who gets what today and tomorrow, where each one stands, and what did not go.

import { find, h, icon, isNew } from "./dom.js";
import { get, post } from "./server.js";
import { clock, dayName, near } from "./times.js";

let state = null;
let tools = null;
let told = null;

export const isOpen = () => document.body.classList.contains("crowded");

export function start(given) {
  tools = given;
  find("crowd").append(icon("people"));
  find("crowd").addEventListener("click", () => (isOpen() ? close() : open()));
  find("subscriber").addEventListener("click", subscribe);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && isOpen()) close(); });
  for (const tab of document.querySelectorAll(".tabs button")) tab.addEventListener("click", close);
}

function open() {
  document.body.classList.add("crowded");
  find("crowd").setAttribute("aria-pressed", "true");
  load();
}

export function close() {
  document.body.classList.remove("crowded");
  find("crowd").setAttribute("aria-pressed", "false");
}

/** Called with each new state of the page; asks for everybody only while they are looked at. */
export function show(now) {
  state = now;
  if (isOpen()) load();
}

async function load() {
  const asked = await tools.attempt(() => get("/everybody"));
  if (!asked) return;
  told = asked;
  if (!isNew("everybody", [told, state.actions, state.now.slice(0, 10)])) return;
  acts();
  ahead();
  people();
  pictures();
}

function acts() {
  const somebody = told.people.some((one) => one.subscribed);
  find("all-did").hidden = !somebody || !state.actions.length;
  find("all-did").replaceChildren(h("span", {}, "All of them:"), ...state.actions.map((one) =>
    h("button", { class: "button", type: "button", title: one.event, onclick: () => allDid(one) }, one.label)));
}

async function allDid(action) {
  const answer = await tools.attempt(() => post("/everybody/event", { event: action.event }));
  if (answer) tools.toast(`Told of ${answer.told === 1 ? "one person" : `${answer.told} people`}: ${action.label}`);
}

async function subscribe() {
  const button = find("subscriber");
  button.disabled = true;
  tools.toast("Somebody comes, says yes, and types the code of the mail …");
  const came = await tools.attempt(() => post("/everybody/subscriber", { language: state.person.language }));
  button.disabled = false;
  if (came) await load();
}

const who = (one) => h("button", { class: "link", type: "button", title: `Look at ${one.name}`, onclick: () => { close(); tools.choose(one.psid); } }, one.name);

function ahead() {
  const days = Map.groupBy ? Map.groupBy(told.mails, (one) => dayName(one.at, state.now)) : grouped(told.mails);
  const counted = [...days].map(([day, mails]) => `${day}: ${mails.length === 1 ? "one mail" : `${mails.length} mails`}`);
  find("ahead-sum").textContent = counted.join(", ");
  find("ahead").replaceChildren(...(told.mails.length
    ? [...days].flatMap(([day, mails]) => [h("h4", {}, day), h("ul", { class: "ahead" }, mails.map(line))])
    : [h("p", { class: "nothing" }, "Nobody gets a mail of a sequence today or tomorrow.")]));
}

function grouped(mails) {
  const days = new Map();
  for (const one of mails) {
    const day = dayName(one.at, state.now);
    days.set(day, [...(days.get(day) ?? []), one]);
  }
  return days;
}

const line = (one) => h("li", {}, h("time", { datetime: one.at }, clock(one.at)),
  h("div", {}, who(one), h("b", {}, one.mail), h("span", {}, one.sequence),
    one.rests_on ? h("small", {}, `if still: ${one.rests_on}`) : null));

function people() {
  find("people").replaceChildren(...told.people.map((one) => h("li", {},
    h("p", {}, who(one), h("span", { class: `pill ${one.subscribed ? "good" : ""}` }, one.subscribed ? "subscribed" : one.started ? "in the chat" : "not here yet")),
    sentences(one.places), sentences(one.not_sent),
    one.places.length + one.not_sent.length ? null : h("p", { class: "nothing" }, "In no sequence yet."))));
}

const drawn = new Set();
let looks = 0;

/** A picture is asked for when it is unfolded, and again when somebody has moved. */
function pictures() {
  looks += 1;
  find("pictures").replaceChildren(...told.sequences.map((one) => {
    const place = h("div", { class: "picture" });
    const fold = h("details", { ontoggle: () => { fold.open ? drawn.add(one.sequence) : drawn.delete(one.sequence); draw(one, place, fold.open); } },
      h("summary", {}, one.name), place);
    fold.open = drawn.has(one.sequence);
    return fold;
  }));
}

function draw(one, place, open) {
  const src = `/playground/api/everybody/pictures/${encodeURIComponent(one.sequence)}.svg?${looks}`;
  const failed = () => place.replaceChildren(h("p", { class: "nothing" }, "It cannot be drawn: pip install 'doorstep[pictures]'"));
  place.replaceChildren(...(open ? [h("img", { src, alt: `The steps of ${one.name}, with who is where`, onerror: failed })] : []));
}

const sentences = (all) => (all.length ? h("ul", { class: "told" }, all.map((one) => h("li", { class: one.tone },
  h("span", { class: "sign" }, icon(one.tone)),
  h("div", {}, one.text, one.at ? h("time", { datetime: one.at }, near(one.at, state.now)) : null)))) : null);
