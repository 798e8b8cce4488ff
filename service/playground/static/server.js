// All that the page says to the server and hears from it.

const BASE = "/playground/api";

async function answered(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw Object.assign(new Error(body.error || `The server answered ${response.status}.`), { status: response.status });
  }
  return body;
}

export const get = async (path) => answered(await fetch(BASE + path, { headers: { Accept: "application/json" } }));

export const post = async (path, body = {}) => answered(await fetch(BASE + path, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
}));

export const put = async (path, body) => answered(await fetch(BASE + path, {
  method: "PUT",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
}));

/** Call back on every change: told by the server, or, while the stream is broken, looked for every two seconds. */
export function onChange(tell) {
  let polling = 0;
  const stream = new EventSource(`${BASE}/changes`);
  stream.addEventListener("change", () => tell());
  stream.addEventListener("open", () => { clearInterval(polling); polling = 0; });
  stream.addEventListener("error", () => { polling ||= setInterval(tell, 2000); });
}
