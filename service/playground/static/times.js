// Times as people read them, in the workspace's own zone.

let zone = "UTC";
const made = new Map();

export function setZone(name) {
  if (name !== zone) made.clear();
  zone = name;
}

function shape(name, options) {
  if (!made.has(name)) made.set(name, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return made.get(name);
}

const clockOf = (at) => shape("clock", { hour: "2-digit", minute: "2-digit", hour12: false }).format(at);
const weekday = (at) => shape("weekday", { weekday: "short" }).format(at);
const date = (at) => shape("date", { day: "numeric", month: "short" }).format(at);
const day = (at) => shape("day", { year: "numeric", month: "2-digit", day: "2-digit" }).format(at);

/** “10:03” */
export const clock = (text) => clockOf(new Date(text));

/** “Today”, “Tomorrow”, else “Thu 26 Nov”. */
export function dayName(text, now) {
  const at = new Date(text);
  if (day(at) === day(new Date(now))) return "Today";
  return day(at) === day(new Date(new Date(now).getTime() + 86400e3)) ? "Tomorrow" : `${weekday(at)} ${date(at)}`;
}

/** “Thu 26 Nov, 10:03” */
export const whole = (text) => { const at = new Date(text); return `${weekday(at)} ${date(at)}, ${clockOf(at)}`; };

/** “10:03” today, “Thu 10:03” within a week, else with its date. */
export function near(text, now) {
  const at = new Date(text);
  const reference = new Date(now);
  if (day(at) === day(reference)) return clockOf(at);
  if (Math.abs(at - reference) < 6.5 * 86400e3) return `${weekday(at)} ${clockOf(at)}`;
  return `${date(at)}, ${clockOf(at)}`;
}

/** “moved 3 d 2 h” */
export function span(seconds) {
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const parts = [[days, "d"], [hours, "h"], [days ? 0 : minutes, "min"]].filter(([count]) => count);
  return parts.length ? `+${parts.map(([count, unit]) => `${count} ${unit}`).join(" ")}` : "";
}
