// The workspace's files, to read and to edit; the step in which the person stands is lit, findings stand at their line.

import { find, h, isNew } from "./dom.js";
import { get, put } from "./server.js";

const tabs = find("files");
const code = find("code");
const problems = find("problems");
const MOST = 5;
const TABS = 3;
let script = { folder: "", files: [] };
let chosen = null;
let state = null;
let goal = 0;
let editing = null;

export async function show(now, other) {
  const before = state;
  state = now;
  if (isNew("script", now.script)) script = await get("/script");
  const moved = newestLit(before, now, other);
  if (moved) chosen = moved;
  const broken = now.problems.find((one) => one.severity === "error");
  goal = 0;
  if (isNew("broken", [broken?.file, broken?.line, broken?.message]) && broken) chosen = broken.file;
  if (!script.files.some((one) => one.path === chosen)) chosen = [now.lit[0]?.file, now.opening, script.files[0]?.path].find(Boolean) ?? null;
  if (!isNew("code", [now.script, now.lit, now.problems, chosen, script.files.length])) return;
  draw();
}

/** The file whose lit step has changed, if one has. */
function newestLit(before, now, other) {
  const key = (one) => `${one.file}:${one.label}`;
  const old = new Set(other || !before ? [] : before.lit.map(key));
  return now.lit.filter((one) => !old.has(key(one))).at(0)?.file ?? null;
}

function draw() {
  if (editing) return;
  find("script-folder").textContent = script.folder ? `${script.folder}, saved files run at once` : "";
  warn();
  const near = script.files.filter((one) => [chosen, state.opening].includes(one.path) || lit(one.path) || wrong(one.path));
  const main = [...near.filter((one) => one.path === chosen), ...near.filter((one) => one.path !== chosen)].slice(0, TABS);
  tabs.replaceChildren(h("div", { class: "named" }, script.files.filter((one) => main.includes(one)).map(tab)), all());
  const file = script.files.find((one) => one.path === chosen);
  code.replaceChildren(...(file ? rows(file) : []));
  centre(code.querySelector(`.row[data-line="${goal}"]`) ?? code.querySelector(".row.bad") ?? code.querySelector(".row.lit"));
}

function centre(row) {
  if (row) code.scrollTo({ top: (row.previousElementSibling ?? row).offsetTop - code.offsetTop });
  else code.scrollTo({ top: 0 });
}

const lit = (path) => state.lit.some((one) => one.file === path);
const wrong = (path) => state.problems.some((one) => one.file === path && one.severity === "error");

function choose(path, line = 0) {
  chosen = path;
  goal = line;
  isNew("code", null);
  draw();
}

function tab(file) {
  return h("button", {
    type: "button", role: "tab", "aria-selected": String(file.path === chosen), title: file.path,
    onclick: () => choose(file.path),
  }, wrong(file.path) ? h("span", { class: "wrong", title: "has errors" }) : lit(file.path) ? h("span", { class: "here", title: "the person is here" }) : null,
  h("span", { class: "path" }, file.path.split("/").at(-1)));
}

/** Every file by its folder; the tabs beside show only those that matter now. */
function all() {
  const folders = grouped();
  return h("select", { "aria-label": "All files", onchange: (event) => event.target.value && choose(event.target.value) },
    h("option", { value: "" }, `All ${script.files.length} files`),
    [...folders].map(([name, files]) => h("optgroup", { label: name },
      files.map((one) => h("option", { value: one.path }, one.path.split("/").at(-1))))));
}

const folderOf = (file) => (file.path.includes("/") ? file.path.split("/")[0] : "workspace");

function grouped() {
  const folders = new Map();
  for (const one of script.files) folders.set(folderOf(one), [...(folders.get(folderOf(one)) ?? []), one]);
  return folders;
}

function warn() {
  const errors = state.problems.filter((one) => one.severity === "error");
  problems.hidden = !errors.length;
  if (!errors.length) return;
  const rest = errors.length - MOST;
  problems.replaceChildren(h("p", {}, "The version before this change runs on. To mend:"),
    h("ul", {}, errors.slice(0, MOST).map((one) => h("li", {},
      h("button", { type: "button", onclick: () => choose(one.file, one.line) }, `${one.file}${one.line ? ` line ${one.line}` : ""}`),
      ` ${one.message} ${one.hint}`))),
    rest > 0 ? h("p", {}, `and ${rest} more`) : "");
}

function rows(file) {
  const findings = state.problems.filter((one) => one.file === file.path);
  const here = state.lit.filter((one) => one.file === file.path && file.running);
  const whole = findings.filter((one) => !one.line).map(finding);
  return [...whole, ...file.text.replace(/\n$/, "").split("\n").flatMap((text, index) => {
    const line = index + 1;
    const at = here.find((one) => line >= one.first && line <= one.last);
    const bad = findings.filter((one) => one.line === line);
    const mark = at && at.first === line ? h("span", { class: "mark" }, at.label) : null;
    const row = h("div", { "data-line": String(line), class: `row${at ? " lit" : ""}${bad.some((one) => one.severity === "error") ? " bad" : ""}` },
      h("span", { class: "num" }, String(line)), h("span", { class: "txt" }, mark, file.path.endsWith(".yaml") ? coloured(text) : text || "\u200b"));
    return [row, ...bad.map(finding)];
  })];
}

const finding = (one) => h("div", { class: `finding ${one.severity}` }, h("b", {}, one.message), one.hint);

/** Colour one line of YAML: its key, quoted text, and comment. */
function coloured(text) {
  const match = /^(\s*(?:- )?)("[^"]*"|[^\s:#"'{[\-][^:#]*)(:(?:\s.*)?)$/.exec(text);
  return match ? [match[1], h("span", { class: "k" }, match[2]), values(match[3])].flat() : values(text);
}

function values(text) {
  const parts = text.split(/("(?:[^"\\]|\\.)*"|'[^']*'|(?:^|\s)#.*$|\{\{.*?\}\}|(?<=[{,]\s*)[\w ]+(?=: ))/);
  return text ? parts.map((part, index) => {
    const kind = /^\s*#/.test(part) ? "c" : /^["']/.test(part) ? "s" : part.startsWith("{{") ? "v" : index % 2 ? "k" : "";
    return kind ? h("span", { class: kind }, part) : part;
  }) : "\u200b";
}

/** Let the visitor edit the file that is shown; until they save or cancel, nothing is drawn over their text. */
export function start({ attempt, toast }) {
  const form = find("editor");
  const text = find("text");
  const close = () => {
    editing = null;
    form.hidden = true;
    code.hidden = false;
    find("edit").hidden = false;
    isNew("code", null);
    draw();
  };
  find("edit").addEventListener("click", () => {
    const file = script.files.find((one) => one.path === chosen);
    if (!file) return;
    editing = file;
    text.value = file.text;
    form.hidden = false;
    code.hidden = true;
    find("edit").hidden = true;
    const line = state.lit.find((one) => one.file === file.path)?.first ?? 1;
    const at = file.text.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(at, at);
    text.scrollTop = Math.max(0, (line - 3) * parseFloat(getComputedStyle(text).lineHeight));
  });
  find("drop").addEventListener("click", close);
  const save = () => attempt(async () => {
    await put(`/files/${editing.path.split("/").map(encodeURIComponent).join("/")}`, { text: text.value, before: editing.text });
    toast(`${editing.path} is saved.`);
    script = await get("/script");
    close();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); save(); }
  });
}
