// What Doorstep knows: first in sentences, then the facts, then the evidence.

import { find, h, icon, isNew } from "./dom.js";
import { near } from "./times.js";

const TONES = {
  agreed: "wait", pending: "wait", running: "wait", unproven: "wait",
  confirmed: "good", proven: "good", finished: "good", goal: "good",
  withdrawn: "stop", declined: "stop", bounced: "stop", disowned: "stop", moved: "stop", left: "stop",
};
const opened = new Set(["ledger"]);
const place = find("known");
let now = "";

export function show(state) {
  const knows = state.knows;
  const open = new Date(knows.window ?? 0) > new Date(state.now);
  if (!isNew("knows", [state.person.psid, knows, open, state.now.slice(0, 10)])) return;
  now = state.now;
  place.replaceChildren(...[
    h("section", {}, h("p", { class: "standing" }, knows.standing),
      knows.window ? h("p", { class: "window" }, h("span", { class: `pill ${open ? "good" : "stop"}` }, open ? "window open" : "window closed"),
        open ? ` ${state.bot} may write in chat until ${near(knows.window, now)}.`
          : ` Since ${near(knows.window, now)} ${state.bot} may not write in chat until ${state.person.name} does.`) : null),
    part("Next", sentences(knows.ahead)),
    part("Mails, and why", sentences(knows.mails)),
    part("Consents", facts(knows.consents, consent)),
    part("Addresses", facts(knows.addresses, address)),
    part("Sequences", facts(knows.runs, run)),
    part("Behaviour", facts(knows.behaviour, (one) => [
      h("span", { class: "pill count" }, `${one.count}×`), h("b", { title: one.event }, one.label), h("span", {}, `last ${near(one.last, now)}`)])),
    part("Answers", knows.fields.length ? h("dl", { class: "answers" }, knows.fields.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])) : null),
    part("Tags", knows.tags.length ? h("p", { class: "tags" }, knows.tags.map((one) => h("span", { class: "pill" }, one))) : null),
    fold("ledger", `Consent ledger · ${knows.ledger.length} ${knows.ledger.length === 1 ? "line" : "lines"}, ${knows.ledger_whole ? "chain verified" : "CHAIN BROKEN"}`,
      knows.ledger.length && h("ol", { class: "chain" }, knows.ledger.map(entry))),
    fold("history", "Every decision", knows.history.length && sentences(knows.history))].filter(Boolean));
}

const part = (title, content) => content && h("section", {}, h("h3", {}, title), content);

function fold(key, title, content) {
  if (!content) return null;
  return h("details", {
    open: opened.has(key),
    ontoggle: (event) => (event.target.open ? opened.add(key) : opened.delete(key)),
  }, h("summary", {}, title), content);
}

function sentences(told) {
  if (!told.length) return null;
  return h("ul", { class: "told" }, told.map((one) => h("li", { class: one.tone },
    h("span", { class: "sign" }, icon(one.tone)),
    h("div", {}, one.text, one.at ? h("time", { datetime: one.at }, near(one.at, now)) : null,
      one.detail ? h("small", {}, one.detail) : null))));
}

const facts = (all, draw) => (all.length ? h("ul", { class: "facts" }, all.map((one) => h("li", {}, draw(one)))) : null);
const pill = (status) => h("span", { class: `pill ${TONES[status] ?? ""}` }, status);

function consent(one) {
  return [h("b", {}, one.name), pill(one.status), h("span", {}, `since ${near(one.since, now)}${one.version ? ` · wording ${one.version}` : ""}`),
    one.wording ? h("q", {}, one.wording) : null];
}

function address(one) {
  return [h("b", {}, one.email), pill(one.status), h("span", {}, [one.detail, one.until ? `code good until ${near(one.until, now)}` : ""].filter(Boolean).join(", "))];
}

function run(one) {
  return [h("b", {}, one.sequence), pill(one.status),
    h("span", {}, `at “${one.step}” since ${near(one.since, now)}${one.due ? `, due ${near(one.due, now)}` : ""}`)];
}

function entry(one) {
  return h("li", {}, h("span", { class: "no" }, String(one.number)), h("b", {}, one.act),
    h("span", {}, `${one.text}${one.text ? ", " : ""}${near(one.at, now)}`), h("code", { title: "Start of this line's hash; the next line carries it" }, one.mark));
}
