// Judges HTML and MJML: reads {"html": {name: text}, "mjml": {name: text}} and prints one finding a line.
// Its rules are npm's, but for what a mail has to do otherwise than a page: styles inline, conditional comments,
// attributes that old programs read, and role="main" on a table cell, since those programs drop <main>.
import { HtmlValidate } from "html-validate";
import mjml2html from "mjml";
import { readFileSync } from "node:fs";

const OFF = ["no-inline-style", "no-conditional-comment", "no-deprecated-attr", "prefer-native-element"];
const rules = Object.fromEntries(OFF.map((name) => [name, "off"]));
const judge = new HtmlValidate({ root: true, extends: ["html-validate:recommended"], rules });
const given = JSON.parse(readFileSync(0, "utf-8"));

for (const [name, text] of Object.entries(given.html)) {
  const report = await judge.validateString(text);
  for (const result of report.results)
    for (const found of result.messages)
      if (found.severity === 2) console.log(`${name}:${found.line}: ${found.ruleId}: ${found.message}`);
}
for (const [name, text] of Object.entries(given.mjml)) {
  try {
    await mjml2html(text, { validationLevel: "strict" });
  } catch (error) {
    console.log(`${name}: ${String(error.message).split("\n").slice(0, 3).join(" ")}`);
  }
}
