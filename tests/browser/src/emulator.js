// Looking into the emulator: who exists, what went over the wire.

/** The emulator at `origin`, through its control routes. */
export class Emulator {
  constructor(origin) {
    this.origin = origin;
  }

  /** Tenants, people and app registrations, secrets included. */
  world = () => this.#get("/_emulator/world");

  /** Every exchange so far, oldest first. */
  async exchanges() {
    const { exchanges } = await this.#get("/_emulator/exchanges");
    return exchanges;
  }

  /** Every call of the token endpoint: `{exchange, form, answer}`. */
  async tokenRequests() {
    const calls = (await this.exchanges()).filter(({ method, path }) => method === "POST" && path.endsWith("/oauth2/v2.0/token"));
    return calls.map((exchange) => ({ exchange, form: formOf(exchange), answer: jsonOf(exchange.response_body.text) }));
  }

  /** Calls of the token endpoint with this grant type. */
  async tokenRequestsOf(grantType) {
    return (await this.tokenRequests()).filter(({ form }) => form.grant_type === grantType);
  }

  async #get(path) {
    const answer = await fetch(this.origin + path);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return answer.json();
  }
}

/** The first header of this name (lower case), or `undefined`. */
export const header = (headers, name) => headers.find(([known]) => known === name)?.[1];

/** The form of an exchange's request. */
export const formOf = (exchange) => Object.fromEntries(new URLSearchParams(exchange.request_body.text));

/** Text as JSON, `undefined` if it is none. */
export function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
