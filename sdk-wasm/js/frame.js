// Connecting in a frame of another site. Browsers give it stores, channels and cookies of its own, so nothing of the
// window in which the visitor signs in reaches it. The window goes the server-driven way; the frame, which alone knows a
// secret whose digest went along, asks the server what came of it.
export { hold } from './inner/held.js';
import { FRAMES_NOT_ALLOWED, UNREACHABLE } from './inner/ends.js';

// How far away the page around this frame is: `here` (same origin), `near` (perhaps the same site), `elsewhere`.
function surroundings() {
  for (let page = window; page !== page.parent; page = page.parent) {
    try {
      if (page.parent.origin === origin) continue;
    } catch {
      // Of another origin.
    }
    const around = [...(location.ancestorOrigins ?? [document.referrer])].filter((address) => URL.canParse(address));
    return around.some((address) => siteOf(address) !== siteOf(origin)) ? 'elsewhere' : 'near';
  }
  return 'here';
}

// Whose last two labels differ are different sites for certain; of others it is not known.
const siteOf = (address) => {
  const { protocol, hostname } = new URL(address);
  return protocol + hostname.split('.').slice(-2).join('.');
};

/**
 * A way for a window, or what ended it before it began. `undefined`: it is the page's own frame, or the server lets
 * no frames in and the cookies of a page this near may do.
 */
export async function byClaim(backend, held, translate, { popup, wishes, take }) {
  const distance = surroundings();
  if (distance === 'here') return undefined;
  const base = backend.replace(/\/$/, '');
  const [claim, digest] = await secret();
  const wasActive = held.active;
  held.active = true;
  const ask = async () => translate(await claimed(base, claim, held));
  try {
    await ask();
  } catch (error) {
    held.active = wasActive;
    if (error.code !== 'frames_not_allowed') return { end: { ...UNREACHABLE } };
    return distance === 'near' ? undefined : { end: { ...FRAMES_NOT_ALLOWED } };
  }
  let timer;
  let pause = SHORTEST_MS;
  // Between two answers a connection may break.
  const look = () => take(() => ask().catch(() => undefined));
  const later = () => {
    timer = setTimeout(() => look().then(later), pause);
    pause = Math.min(pause * LONGER, LONGEST_MS);
  };
  return {
    expires_at: Date.now() / 1000 + LIFETIME_S,
    go() {
      send(popup, `${base}/v1/connect`, { ...asForm(wishes), claim: digest });
      later();
    },
    // A window that has just closed may have ended well.
    last: look,
    close: () => clearTimeout(timer),
  };
}

// What came of the attempt, and with it the session; nothing while nothing has.
async function claimed(base, claim, held) {
  const headers = { 'content-type': 'application/json', 'x-connect-outlook': '1', 'x-connect-outlook-flow': held.flow };
  if (held.session) headers.authorization = `Bearer ${held.session}`;
  const answer = await fetch(`${base}/v1/claims`, { method: 'POST', credentials: 'omit', redirect: 'error', headers, body: JSON.stringify({ claim }) });
  if (answer.status === 204) return undefined;
  const told = await answer.json();
  if (!answer.ok) throw told;
  held.session = answer.headers.get('x-connect-outlook-session') ?? held.session;
  return told;
}

// Two values of 256 bits in base64url: the secret, and what the server may know of it until it is claimed.
async function secret() {
  const claim = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(claim));
  return [claim, base64url(new Uint8Array(digest))];
}

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

function asForm({ scopes, login_hint, domain_hint, prompt }) {
  return { scopes: scopes?.join(' '), login_hint, domain_hint, prompt };
}

// A navigation of the whole window, so that the flow's cookie lands where the answer will find it.
function send(popup, action, fields) {
  popup.name = `connect-outlook.${fields.claim}`;
  const form = Object.assign(document.createElement('form'), { method: 'post', action, target: popup.name, hidden: true });
  for (const [name, value] of Object.entries(fields)) {
    if (value) form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

const SHORTEST_MS = 1_000;
const LONGER = 1.02;
const LONGEST_MS = 5_000;
const LIFETIME_S = 600;
