// The emulator of this run, through its control routes: who exists, what went over the wire, what trouble there is.

/** Where it is: what `cargo emulator --https` printed. */
export const ORIGIN = process.env.AZURE_AUTHORITY_HOST ?? fail("run the stories by `npm test`: they need an emulator");

/** An app registration of the standard world by the last digits of its client id, and a person by first name. */
export const world = await control("GET", "/world");
export const registration = (ending) => world.applications.find(({ client_id: id }) => id.endsWith(ending));
export const person = (name) => world.people.find(({ name: known }) => known.startsWith(name));

/** Every exchange so far, oldest first, with its form and its JSON answer. */
export async function exchanges() {
  const { exchanges } = await control("GET", "/exchanges");
  return exchanges.map((exchange) => ({ ...exchange, form: Object.fromEntries(new URLSearchParams(exchange.request_body.text)), answer: json(exchange.response_body.text) }));
}

/** Calls of the token endpoint so far. */
export const tokenRequests = async () => (await exchanges()).filter(({ method, path }) => method === "POST" && path.endsWith("/oauth2/v2.0/token"));

/** The first header of this name (lower case), or `undefined`. */
export const header = (headers, name) => headers.find(([known]) => known === name)?.[1];

/** Forgets exchanges and trouble: a fresh start for the next story. */
export async function forget() {
  await control("DELETE", "/exchanges");
  await control("DELETE", "/scenarios");
}

/** Sets trouble by name. */
export const set = (name, target) => control("POST", "/scenarios", { name, ...target });

/** Removes all trouble. */
export const calm = () => control("DELETE", "/scenarios");

/** Every trouble that can be set: `{name, concern, …}`. */
export const scenarioNames = async () => (await control("GET", "/scenarios")).names;

/** Moves its clock by so many seconds. */
export const advance = (seconds) => control("POST", "/clock", { advance_seconds: seconds });

async function control(method, path, body) {
  const json = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const answer = await fetch(`${ORIGIN}/_emulator${path}`, { method, ...json });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return text ? JSON.parse(text) : undefined;
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fail(sentence) {
  throw new Error(sentence);
}
