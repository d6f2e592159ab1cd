// What the steps are called. The server sends a kind, names and sizes; every sentence stands here.
//
// `title` and `chapter` may use the facts of the step; a chapter begins a new one. `tone`: `token` where Microsoft tokens are concerned,
// `trouble` where something was refused, `quiet` for what is only by the way.

/** The words for a step. */
export function wordsFor(step) {
  const words = WORDS[step.kind] ?? { title: step.kind.replaceAll("_", " ") };
  const said = (text) => (typeof text === "function" ? text((name) => factOf(step, name)) : text);
  return { ...words, title: said(words.title), chapter: said(words.chapter) };
}

/** The value of a fact, a number or a word; `undefined` if the step has none of that name. */
export function factOf(step, name) {
  const fact = step.facts.find((candidate) => candidate.name === name);
  return fact && (fact.amount ?? fact.word);
}

const THINGS = {
  folders: "the folders",
  messages: "a list of messages",
  message: "one message",
  profile: "who this is",
  mail: "mail",
};

// The folders are fetched beside a list.
const CHAPTERS = { messages: "Reading mail", message: "Opening a message" };

const PRESSED = {
  account: "You choose an account",
  other: "You choose another account",
  sign_in: "You sign in",
  accept: "You agree",
  decline: "You decline",
  cancel: "You turn back",
};

const WORDS = {
  verifier_made: {
    chapter: "Connecting",
    title: "The page makes a secret of its own",
    note: "A random code verifier. Only its SHA-256, the challenge, leaves the page for now.",
  },
  attempt_asked: { title: "Page asks its server to begin", note: "With the challenge. No password, no key." },
  attempt_answered: {
    title: "Server remembers the attempt",
    note: "State and nonce name it; a cookie that no script can read ties it to this browser.",
  },
  sent_to_microsoft: { title: "Page sends you to Microsoft", note: "The answer is to come back in the fragment, which no server log sees." },
  visitor_answered: {
    tone: "quiet",
    title: (fact) => PRESSED[fact("pressed")] ?? "You answer Microsoft’s page",
    note: "Between you and Microsoft; neither page nor server sees it.",
  },
  code_issued: { title: "Microsoft sends you back with a code", note: "Good once, for ten minutes, and worthless without the verifier." },
  refusal_issued: { tone: "trouble", title: (fact) => `Microsoft sends you back: ${fact("error") ?? "refused"}`, note: "No code was made." },
  code_handed: { title: "Page hands code and verifier to its server", note: "The only time the two meet. The address bar is already clean." },
  attempt_taken: {
    title: "Server takes the attempt, once",
    note: "State, browser and verifier prove right. Whoever comes with the same again finds nothing.",
  },
  code_redeemed: {
    tone: "token",
    title: "Server trades the code for tokens",
    note: "With code, verifier and its own secret. They go nowhere else.",
  },
  redemption_refused: { tone: "trouble", title: "Microsoft does not accept the code", note: "No token was issued." },
  keys_fetched: { tone: "quiet", title: "Server fetches Microsoft’s public keys", note: "To check the signature of the ID token." },
  discovery_read: { tone: "quiet", title: "Server reads Microsoft’s published addresses" },
  id_token_checked: {
    title: "Server checks who signed in",
    note: "Signature, issuer, audience, nonce and times of the ID token. Only then a token is kept.",
  },
  tokens_sealed: { tone: "token", title: "Server seals the tokens in its vault", note: "Encrypted under a key made for this mailbox alone." },
  session_opened: {
    title: "Server opens a session",
    note: "The page learns a name and an address. The session is a cookie that no script can read.",
  },
  refusal_handed: { title: "Page tells its server about the no" },
  refusal_judged: {
    tone: "trouble",
    title: "Server says who can act now",
    note: "The attempt is used up. Nothing was stored.",
  },
  session_known: { tone: "quiet", title: "Page asks who is connected" },
  mail_asked: { chapter: (fact) => CHAPTERS[fact("of")], title: (fact) => `Page asks for ${THINGS[fact("of")] ?? "mail"}` },
  graph_called: {
    title: (fact) => `Server asks Microsoft for ${THINGS[fact("of")] ?? "mail"}`,
    note: "The access token is unsealed for this one call.",
  },
  graph_refused: { tone: "trouble", title: "Microsoft refuses the call" },
  mail_answered: { title: (fact) => `Page receives ${THINGS[fact("of")] ?? "mail"}` },
  token_refreshed: {
    tone: "token",
    title: "Token refreshed",
    note: "The old access token had lapsed. The server fetched a new one before going on; the page noticed nothing.",
  },
  refresh_refused: { tone: "trouble", title: "Microsoft refuses to refresh", note: "The grant has ended: somebody has to sign in again." },
  clock_moved: { chapter: "Later", title: (fact) => `The clocks jump ${jump(fact("ahead"))} ahead`, note: "Server and Microsoft alike." },
  disconnect_asked: { chapter: "Disconnecting", title: "Page asks to disconnect" },
  disconnected: { tone: "token", title: "Server destroys the tokens", note: "And the key that sealed them." },
  sign_out_asked: { chapter: "Signing out", title: "Page signs out" },
  signed_out: { title: "Server ends the session" },
  refused: { tone: "trouble", title: (fact) => `Server refuses: ${String(fact("code") ?? fact("status")).replaceAll("_", " ")}` },
};

function jump(seconds) {
  if (seconds === 3600) return "one hour";
  return seconds % 3600 === 0 ? `${seconds / 3600} hours` : `${seconds} seconds`;
}
