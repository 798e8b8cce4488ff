// What to try next, for somebody who has never seen the page.  The first row that fits is shown.

const any = (list, test) => list.some(test);
const runs = (state, status) => any(state.knows.runs, (one) => one.status === status);
const next = (state) => state.knows.runs.find((one) => one.status === "running" && one.wants)?.wants ?? "";
const edit = (state) => `Now edit ${state.opening || "a file"}, save, and write to ${state.bot} again: it is live at once.`;
const consents = (state, status) => any(state.knows.consents, (one) => one.status === status);

const ROWS = [
  [(s) => any(s.problems, (one) => one.severity === "error"), "A file has an error.", () => "Doorstep goes on with the version before. The Script panel shows line and remedy."],
  [(s) => !s.chat.length, "Start here.", (s) => `You are ${s.person.name} and have just found ${s.brand} on Messenger. Say hello in the chat, or start any flow.`],
  [(s) => s.knows.silent, "The team’s turn.", (s) => `Press the person beside the message box and write as the team would, then hand back to ${s.bot}.`],
  [(s) => s.asks === "email", "Which address?", () => "Tap the suggested address, or type any: every mail stays on this machine."],
  [(s) => s.asks && !["confirm", "prove"].includes(s.asks), "Go on.", () => "Tap an answer or type one. The Script panel shows the step you are in."],
  [(s) => any(s.knows.addresses, (one) => one.status === "pending") && s.mails.length, "Prove it.", () => "The newest mail carries a code. Type it into the chat, or press the button in the mail."],
  [(s) => consents(s, "withdrawn"), "Unsubscribed.", (s) => `No more mails go to ${s.person.name}; the ledger holds the proof. ${edit(s)}`],
  [(s) => runs(s, "goal"), "Goal reached.", (s) => `The sequence ended at once. ${edit(s)}`],
  [(s) => s.due?.quiet && s.due.psid === s.person.psid, "Quiet hours.", (s) => `It is night for ${s.person.name}, and marketing mail waits for the morning. “Next” jumps there.`],
  [(s) => runs(s, "running") && !s.knows.behaviour.length && s.due?.what.endsWith(" mail"), "Let time pass.", (s) => `Press “Next” to jump to the moment the next mail is due${s.actions.length ? ", or do something in the product and see that mail not go" : ""}.`],
  [(s) => runs(s, "running"), "Do something.", (s) => `${next(s)} ${s.actions.length ? "Use the product buttons or move" : "Move"} the clock; “What Doorstep knows” says what follows, and why.`.trim()],
  [(s) => runs(s, "finished") || runs(s, "left"), "The sequence has ended.", edit],
  [(s) => s.knows.standing.startsWith("Nothing"), "A stranger again.", (s) => `Everything about ${s.person.name} was deleted. “Start a flow” begins anew.`],
  [() => true, "Go on.", () => "“Start a flow” above the chat lists all there are. The Script panel shows the step you are in."],
];

export function hintFor(state) {
  const [, title, text] = ROWS.find(([fits]) => fits(state));
  return [title, text(state)];
}
