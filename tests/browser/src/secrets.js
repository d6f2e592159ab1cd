// What must not lie around: every secret value that the emulator issued or was sent, told from its own record.

import { formOf, header, jsonOf } from "./emulator.js";

/** Every secret so far as `{kind, value}`, each value once. `world` is the emulator's. */
export function secretsIn(exchanges, world) {
  const registered = world.applications.flatMap(({ secrets }) => secrets.map(({ value }) => ({ kind: "client_secret", value })));
  const carried = exchanges.flatMap(carriedBy);
  const long = [...registered, ...carried].filter(({ value }) => value?.length >= SHORTEST);
  return [...new Map(long.map((secret) => [secret.value, secret])).values()];
}

/** The spellings in which a secret could hide in a text: as it is, encoded, and a piece of a long one. */
export function spellingsOf({ value }) {
  const spellings = [value, encodeURIComponent(value), new URLSearchParams({ v: value }).toString().slice(2)];
  spellings.push(JSON.stringify(value).slice(1, -1), value.replaceAll("/", "\\/"));
  spellings.push(Buffer.from(value).toString("base64"), Buffer.from(value).toString("base64url"), Buffer.from(value).toString("hex"));
  if (value.length >= 3 * PIECE) spellings.push(value.slice(PIECE, 2 * PIECE), value.slice(-PIECE));
  return [...new Set(spellings)];
}

function carriedBy(exchange) {
  const form = formOf(exchange);
  const answer = jsonOf(exchange.response_body.text) ?? {};
  const isToken = exchange.path.endsWith("/token");
  const sent = isToken ? SENT.map((kind) => ({ kind, value: form[kind] })) : [];
  const issued = isToken ? ISSUED.map((kind) => ({ kind, value: answer[kind] })) : [];
  const code = { kind: "code", value: codeIn(header(exchange.response_headers, "location")) };
  const bearer = /^Bearer (.+)$/i.exec(header(exchange.request_headers, "authorization") ?? "");
  return [...sent, ...issued, code, { kind: "access_token", value: bearer?.[1] }];
}

/** The code in the query or fragment of an address, if there is one. */
export function codeIn(address) {
  const parameters = (address ?? "").replace(/^[^?#]*/, "").replaceAll(/[?#]/g, "&");
  return new URLSearchParams(parameters).get("code");
}

const SENT = ["code", "code_verifier", "client_secret", "refresh_token", "client_assertion"];
const ISSUED = ["access_token", "refresh_token", "id_token"];
// Shorter values would be found by chance.
const SHORTEST = 16;
const PIECE = 32;
