// <connect-outlook backend="/outlook">: the button, and who is connected. What a page can set, hear and style:
// element.d.ts. Here is what a page view costs; everything but the idle button is in view.js.
import { createOutlook, load } from './index.js';

export class ConnectOutlookElement extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = ['label'];
  #outlook;
  #view;
  // Shared with the view: the account shown, and the parts in the shadow root.
  #parts;

  get outlook() {
    this.outlook = this.#outlook ?? createOutlook({ backend: this.getAttribute('backend') ?? '/outlook', session: this.getAttribute('session'), language: languageOf(this), texts: this.texts });
    return this.#outlook;
  }

  set outlook(outlook) {
    if (this.#outlook === outlook) return;
    this.#outlook = outlook;
    outlook.subscribe((event) => this.#hear(event));
  }

  get account() {
    return this.#parts?.account ?? null;
  }

  get state() {
    return this.getAttribute('state');
  }

  connect(wishes) {
    // For the view's Cancel.
    const stop = new AbortController();
    if (this.#parts) this.#parts.stop = stop;
    const signal = wishes?.signal ? AbortSignal.any([wishes.signal, stop.signal]) : stop.signal;
    return this.outlook.connect({ ...this.#wishes(), ...wishes, signal });
  }

  async disconnect() {
    if (this.account) await this.outlook.disconnect(this.account.id);
  }

  async connectedCallback() {
    if (this.#parts) return;
    if (Object.hasOwn(this, 'outlook')) {
      // Set before this class was there.
      const { outlook } = this;
      delete this.outlook;
      this.outlook = outlook;
    }
    this.#build();
    if (mayBeCallback()) {
      this.#hear({ type: 'connecting' });
      if (await this.outlook.completeRedirect().catch((error) => this.#hear({ type: 'failed', error }))) return;
    }
    if (location.search.includes('connect_outlook=')) return this.#hear({ type: 'returned' });
    const session = await this.outlook.peek();
    if (session || this.#view) this.#hear({ type: 'session', session });
  }

  attributeChangedCallback() {
    if (!this.#parts) return;
    if (this.#view) this.#hear({ type: 'words' });
    else this.#parts.label.textContent = this.texts?.connect ?? this.getAttribute('label') ?? LABELS[languageOf(this).slice(0, 2)] ?? 'Connect Outlook';
  }

  async #hear(event) {
    this.#view ??= import('./view.js').then(({ View }) => new View(this, this.#parts));
    try {
      (await this.#view).hear(event);
    } catch {
      this.#view = undefined;
    }
  }

  #wishes() {
    const wishes = { account: this.state === 'needs_user' ? this.account?.id : undefined };
    for (const name of WISHES) wishes[name.replace('-', '_')] = this.getAttribute(name) ?? wishes[name] ?? undefined;
    wishes.scopes = wishes.scopes?.match(/\S+/g) ?? undefined;
    return wishes;
  }

  #build() {
    const label = make('span', { part: 'label' });
    const button = make('button', { part: 'button', type: 'button' }, make('slot', { name: 'mark' }, mark()), make('slot', { name: 'label' }, label));
    const slot = make('slot', { name: 'idle' });
    button.addEventListener('click', () => {
      if (this.state === 'connecting') return;
      (this.state === 'connected' ? this.disconnect() : this.connect()).catch((error) => this.#hear({ type: 'failed', error }));
    });
    for (const intent of ['pointerenter', 'focus']) button.addEventListener(intent, () => load().catch(() => {}));
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open', delegatesFocus: true });
    root.adoptedStyleSheets = [sheet(STYLE)];
    root.replaceChildren(button, slot);
    this.#parts = { root, button, label, slot, make, sheet };
    this.setAttribute('state', 'idle');
    this.attributeChangedCallback();
  }
}

export function defineElement(name = 'connect-outlook') {
  // A constructor serves one name only.
  if (!customElements.get(name)) customElements.define(name, class extends ConnectOutlookElement {});
  return customElements.get(name);
}

const languageOf = (element) => element.closest('[lang]')?.lang || document.documentElement.lang;

// Saves other pages the wasm, which is what decides.
const mayBeCallback = () => history.state?.connectOutlook || /^(?=.*[?#&/]state=).*[?#&/](code|error)=/.test(location.href);

function make(tag, attributes, ...children) {
  const element = document.createElementNS(`http://www.w3.org/${/svg|path/.test(tag) ? '2000/svg' : '1999/xhtml'}`, tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children);
  return element;
}

// Microsoft's four squares, as its branding guidelines draw them.
function mark() {
  const square = (fill, at) => make('path', { fill, d: `M${at & 1 ? 11 : 1} ${at & 2 ? 11 : 1}h9v9h-9z` });
  return make('svg', { part: 'mark', viewBox: '1 1 19 19', 'aria-hidden': true }, ...['#f25022', '#7fba00', '#00a4ef', '#ffb900'].map(square));
}

function sheet(style) {
  const made = new CSSStyleSheet();
  made.replaceSync(style);
  return made;
}

const WISHES = ['scopes', 'login-hint', 'domain-hint', 'prompt', 'return-to', 'mode', 'account'];
const LABELS = { de: 'Outlook verbinden', fr: 'Connecter Outlook', es: 'Conectar Outlook', ja: 'Outlook に接続', ar: 'ربط Outlook' };

const STYLE = `
:host{display:inline-flex;flex-wrap:wrap;align-items:center;gap:8px 12px;font:15px/1.3 "Segoe UI",system-ui,sans-serif}
:host([hidden]){display:none}
button{display:inline-flex;align-items:center;gap:12px;min-height:41px;padding:0 12px;font:inherit;font-weight:600;cursor:pointer;
color:var(--connect-outlook-color,light-dark(#5e5e5e,#fff));background:var(--connect-outlook-background,light-dark(#fff,#2f2f2f));
border:1px solid var(--connect-outlook-border,light-dark(#8c8c8c,#2f2f2f));border-radius:var(--connect-outlook-radius,0)}
button:hover{filter:brightness(.95)}
button:focus-visible{outline:3px solid var(--connect-outlook-focus,light-dark(#0067b8,#6cb8f6))}
svg{width:19px;forced-color-adjust:none}`;

if (globalThis.customElements) defineElement();
