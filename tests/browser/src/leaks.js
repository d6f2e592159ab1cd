// The search: which secret was seen where it has no business.

import { spellingsOf } from "./secrets.js";

/** Where `secrets` turn up in `sightings` beyond the places they may pass: sentences that name kind and place, no values. */
export function leaksIn(secrets, sightings) {
  return secrets.flatMap((secret) => {
    const spellings = spellingsOf(secret);
    const holds = ({ text }) => spellings.some((spelling) => text.includes(spelling));
    const wrong = sightings.filter((sighting) => !mayPass(secret.kind, sighting) && holds(sighting));
    return wrong.map(({ where, url }) => `a ${secret.kind} in ${where} at ${bare(url)}`);
  });
}

/** Where `secrets` turn up in `text`, whatever their kind. */
export const leaksInText = (secrets, text, where) => leaksIn(secrets, [{ where, url: "about:blank", text }]);

// A code makes one hop: in the fragment of the callback's address (which nobody can take out of the browser's own record
// of how the document was reached, nor out of what a service worker keeps of it), from there into one POST. A verifier goes into that POST. On the server-driven way
// no page sees it: the code goes to the server's own callback, which sends on to an address without it.
function mayPass(kind, { where, url }) {
  const pathname = URL.canParse(url) ? new URL(url).pathname : "";
  if (kind === "code" && ["arrival", "cached arrivals"].includes(where)) return true;
  if (kind === "code" && ["address", "request address"].includes(where)) {
    return (pathname === "/outlook-callback" && url.includes("#")) || pathname === "/outlook/v1/callback";
  }
  return ["code", "code_verifier"].includes(kind) && where === "request body" && pathname === "/outlook/v1/sessions";
}

const bare = (url) => url.replace(/[?#].*$/s, "");
