const advance = require('./conversation');

module.exports = async function App(context) {
  if (!context.event.isText) return;
  const { state, replies } = advance(context.state, context.event.text);
  context.setState(state);
  // Doorstep shows the typing indicator before the first message of a turn, so all three do.
  await context.typingOn();
  for (const { text, quickReplies } of replies) {
    await context.sendText(text, quickReplies && quickReplies.length ? { quickReplies } : undefined);
  }
};
