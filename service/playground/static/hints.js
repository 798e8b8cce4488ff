// What to try next, for somebody who has never seen the page.  The first row that fits is shown.

const any = (list, test) => list.some(test);
const runs = (state, status) => any(state.knows.runs, (one) => one.status === status);
const consents = (state, status) => any(state.knows.consents, (one) => one.status === status);

const ROWS = [
  [(s) => any(s.problems, (one) => one.severity === "error"), "A file has an error.", () => "Doorstep goes on with the version before. The Script panel shows line and remedy."],
  [(s) => !s.chat.length, "Start here.", (s) => `You are ${s.person.name} and have just found ${s.brand} on Messenger. Say hello in the chat.`],
  [(s) => consents(s, "withdrawn"), "Unsubscribed.", (s) => `No more mails go to ${s.person.name}; the ledger holds the proof. Try “New person” and another way through.`],
  [(s) => any(s.knows.addresses, (one) => one.status === "pending") && s.mails.length, "Prove it.", () => "The mail in the inbox carries a code. Type it into the chat, or press the button in the mail."],
  [(s) => runs(s, "goal"), "Goal reached.", (s) => `${s.person.name} ordered, so the sequence ended at once. Try “New person” and another way through.`],
  [(s) => runs(s, "running") && !s.knows.behaviour.length && s.due, "Let time pass.", () => "Press “Next” to jump to the moment the next mail is due, or do something in the product and see that mail not go."],
  [(s) => runs(s, "running"), "Behave.", () => "Use the product buttons or move the clock. “What Doorstep knows” says which mail follows, and why."],
  [(s) => runs(s, "finished") || runs(s, "left"), "The sequence has ended.", () => "Unsubscribe by the link in a mail, visit every link like a scanner, or take a new person."],
  [(s) => consents(s, "agreed"), "Which address?", () => "Tap the suggested address, or type any: every mail stays on this machine."],
  [() => true, "Chat on.", () => "Tap an answer or type one. The Script panel shows the step you are in."],
];

export function hintFor(state) {
  const [, title, text] = ROWS.find(([fits]) => fits(state));
  return [title, text(state)];
}
