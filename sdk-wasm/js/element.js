// <connect-outlook backend="/outlook">: the button, and who is connected. What a page can set, hear and style:
// index.d.ts.
import { createOutlook, load } from './index.js';

export class ConnectOutlookElement extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = ['label'];
  #outlook;
  #account;
  #button;
  #label;
  #status;

  get outlook() {
    return (this.#outlook ??= createOutlook({ backend: this.#backend }));
  }

  get account() {
    return this.#account;
  }

  get state() {
    return this.getAttribute('state');
  }

  async connect() {
    await this.#run(
      this.outlook.connect({
        scopes: this.#option('scopes')?.match(/\S+/g) ?? undefined,
        login_hint: this.#option('login-hint'),
        prompt: this.#option('prompt'),
        return_to: this.#option('return-to'),
      }),
    );
  }

  async disconnect() {
    const account = this.#account;
    if (!account) return;
    try {
      await this.outlook.disconnect(account.id);
      this.#show('idle');
      this.#tell('disconnected', { account });
    } catch (error) {
      this.#show('connected', account, error.message);
    }
  }

  connectedCallback() {
    if (this.#button) return;
    this.#build();
    if (mayBeCallback(location.href)) {
      this.#run(this.outlook.completeRedirect());
    } else {
      this.#restore();
    }
  }

  attributeChangedCallback() {
    if (this.#button) this.#name();
  }

  get #backend() {
    return this.#option('backend') ?? '/outlook';
  }

  #option(name) {
    return this.getAttribute(name) ?? undefined;
  }

  async #run(attempt) {
    this.#show('connecting', null, 'Connecting with Microsoft…');
    const outcome = await attempt.catch((error) => ({ status: 'unavailable', ...error, message: error.message }));
    if (!outcome) return this.#restore();
    // A mailbox of before stays connected, whatever became of another attempt.
    const account = outcome.account ?? (await this.#look());
    this.#show(works(account) ? 'connected' : 'trouble', account, outcome.message);
    this.#tell('outcome', outcome);
    if (outcome.account) this.#tell('connected', { account, restored: false });
  }

  async #restore() {
    const account = await this.#look();
    const state = account?.state ?? 'disconnected';
    if (state === 'disconnected') return this.#show('idle');
    if (!works(account)) return this.#show('trouble', null, (await load()).TROUBLES[state]);
    this.#show('connected', account);
    this.#tell('connected', { account, restored: true });
  }

  // Asks for the session without the wasm: a page view is not an intent.
  async #look() {
    try {
      const answer = await fetch(`${this.#backend.replace(/\/$/, '')}/v1/session`, { headers: { 'x-connect-outlook': '1' }, cache: 'no-store' });
      return answer.status === 200 ? (await answer.json()).accounts[0] : null;
    } catch {
      return null;
    }
  }

  #build() {
    this.#label = make('span', { part: 'label' });
    this.#button = make('button', { part: 'button', type: 'button' }, mark(), this.#label);
    this.#status = make('p', { part: 'status', role: 'status', dir: 'auto' });
    this.#button.addEventListener('click', () => {
      if (this.#account) this.disconnect();
      else if (this.state !== 'connecting') this.connect();
    });
    for (const intent of ['pointerenter', 'focus']) this.#button.addEventListener(intent, () => load().catch(() => {}));
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    root.adoptedStyleSheets = [sheet()];
    root.append(this.#button, this.#status);
    this.#show('idle');
  }

  #show(state, account, message = '') {
    this.#account = state === 'connected' ? account : null;
    this.setAttribute('state', state);
    this.#button.ariaDisabled = state === 'connecting';
    this.#name();
    const who = this.#account ? [make('b', { part: 'name' }, account.display_name), ` ${account.address} `] : [];
    this.#status.replaceChildren(...who, message);
  }

  #name() {
    this.#label.textContent = this.#account ? 'Disconnect' : (this.#option('label') ?? 'Connect Outlook');
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

export function defineElement(name = 'connect-outlook') {
  // A constructor serves one name only.
  if (!customElements.get(name)) customElements.define(name, class extends ConnectOutlookElement {});
  return customElements.get(name);
}

const works = (account) => /^(connected|expiring)$/.test(account?.state);

// Saves other pages the wasm, which is what decides.
const mayBeCallback = (address) => /[?#&/]state=/.test(address) && /[?#&/](code|error)=/.test(address);

function make(tag, attributes, ...children) {
  const element = document.createElementNS(`http://www.w3.org/${/svg|path/.test(tag) ? '2000/svg' : '1999/xhtml'}`, tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children);
  return element;
}

// Microsoft's four squares, as its branding guidelines draw them.
function mark() {
  const square = (fill, at) => make('path', { fill, d: `M${at & 1 ? 11 : 1} ${at & 2 ? 11 : 1}h9v9h-9z` });
  return make('svg', { part: 'mark', viewBox: '0 0 21 21', 'aria-hidden': true }, ...['#f25022', '#7fba00', '#00a4ef', '#ffb900'].map(square));
}

let shared;
function sheet() {
  if (!shared) (shared = new CSSStyleSheet()).replaceSync(STYLE);
  return shared;
}

const STYLE = `
:host{display:inline-flex;flex-wrap:wrap;align-items:center;gap:8px 12px;font:15px/1.3 "Segoe UI",system-ui,sans-serif}
:host([hidden]){display:none}
button{display:inline-flex;align-items:center;gap:12px;min-height:41px;padding:0 12px;font:inherit;font-weight:600;cursor:pointer;
color:var(--connect-outlook-color,light-dark(#5e5e5e,#fff));background:var(--connect-outlook-background,light-dark(#fff,#2f2f2f));
border:1px solid var(--connect-outlook-border,#8c8c8c);border-radius:var(--connect-outlook-radius,0)}
button:hover{filter:brightness(.95)}
button:focus-visible{outline:2px solid var(--connect-outlook-focus,light-dark(#0067b8,#6cb8f6));outline-offset:2px}
button[aria-disabled=true]{cursor:progress}
svg{width:21px;forced-color-adjust:none}
p{margin:0;overflow-wrap:anywhere}
:host([state=connected]) p{order:-1}
:host([state=connected]) svg{display:none}
@media (prefers-reduced-motion:no-preference){:host([state=connecting]) svg{animation:pulse .8s infinite alternate}}
@keyframes pulse{to{opacity:.3}}`;

if (globalThis.customElements) defineElement();
