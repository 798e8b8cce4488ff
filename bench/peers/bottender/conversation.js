// The steps and texts of newsletter.json: a state and a text in, a state and replies out.
// The mail is not part of this bench, so any six digits but 000000 are taken for its code.

const { fallback, steps, tries, words } = require('../newsletter.json');

const FITS = {
  email: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text),
  code: (text) => /^\d{6}$/.test(text) && text !== '000000',
};

const quickReplies = (step) =>
  Object.keys(step.choices || {}).map((title) => ({ contentType: 'text', title, payload: title }));

// Enter a step: what it says, and where the conversation then stands ('' is nowhere).
function enter(name, fields) {
  const step = steps[name];
  const said = step.say.map((text) => ({ text: text.replace('{{ email }}', fields.email) }));
  if (step.go) {
    const next = enter(step.go, fields);
    return { state: next.state, replies: [...said, ...next.replies] };
  }
  said[said.length - 1].quickReplies = quickReplies(step);
  const waits = step.ask || step.choices;
  return { state: { ...fields, step: waits ? name : '', tries: 0 }, replies: said };
}

function advance(state, typed) {
  const text = typed.trim();
  const word = text.toLowerCase();
  if (words.includes(word)) return enter('hello', state);
  const step = steps[state.step];
  if (!step) return { state, replies: [{ text: fallback }] };
  const chosen = Object.entries(step.choices || {}).find(([title]) => title.toLowerCase() === word);
  if (chosen) return enter(chosen[1], state);
  if (step.ask && FITS[step.ask](text)) {
    return enter(step.then, step.ask === 'email' ? { ...state, email: text } : state);
  }
  if (state.tries + 1 >= tries) return enter(step.else, state);
  const replies = [{ text: step.again, quickReplies: quickReplies(step) }];
  return { state: { ...state, tries: state.tries + 1 }, replies };
}

module.exports = advance;
