// What <connect-outlook> shows beyond the idle button. Fetched when there is something to show.
import { returned } from './inner/returned.js';
import { wait } from './inner/waiting.js';
import { words } from './words.js';

export class View {
  #element;
  #parts;
  #words;
  #turn = Promise.resolve();
  #shown = ['idle'];
  #stopWaiting;

  constructor(element, parts) {
    this.#element = element;
    this.#parts = parts;
    parts.cancel = parts.make('button', { part: 'cancel', type: 'button', hidden: '' });
    parts.cancel.addEventListener('click', () => parts.stop?.abort());
    parts.status = parts.make('span', { part: 'status', role: 'status', dir: 'auto' });
    parts.link = parts.make('input', { part: 'link', readonly: '' });
    parts.copy = parts.make('button', { part: 'copy', type: 'button' });
    parts.copy.addEventListener('click', () => this.#copy());
    parts.copied = parts.make('span', { part: 'copied', role: 'status' });
    parts.forwardLabel = parts.make('span', {});
    parts.forward = parts.make('span', { part: 'forward', hidden: '' }, parts.make('label', {}, parts.forwardLabel, parts.link), parts.copy, parts.copied);
    parts.button.after(parts.cancel, parts.status, parts.forward);
    parts.root.adoptedStyleSheets = [...parts.root.adoptedStyleSheets, parts.sheet(STYLE)];
  }

  /** Takes what the outlook tells, one after another, whatever has to be fetched in between. */
  hear(event) {
    this.#turn = this.#turn.then(async () => {
      if (event.type === 'words') this.#words = undefined;
      this.#words ??= await words(this.#element);
      await this.#take(event);
    });
    return this.#turn;
  }

  async #take(event) {
    switch (event.type) {
      case 'connecting':
        return this.#show('connecting', this.#parts.account, this.#words[event.mode === 'popup' ? 'window' : 'away'], event.mode === 'popup');
      case 'session':
        return this.#restore(event.session?.accounts[0]);
      case 'returned':
        return this.#return();
      case 'outcome':
        return this.#end(event.outcome);
      case 'failed':
        return this.#fail(event.error);
      case 'disconnected':
      case 'signed_out':
        return this.#leave();
      case 'words':
        return this.#show(...this.#shown);
    }
  }

  #restore(account) {
    this.#showAccount(account);
    if (works(account)) this.#tell('connected', { account, restored: true });
  }

  async #return() {
    const { outlook } = this.#element;
    const outcome = await returned(outlook.peek, this.#words);
    if (outcome) await this.#end(outcome);
    else this.#restore((await outlook.peek())?.accounts[0]);
  }

  async #end(outcome) {
    // A mailbox of before stays connected, whatever became of another attempt.
    const account = outcome.account ?? (await this.#element.outlook.peek())?.accounts[0];
    if (works(account)) this.#show('connected', account, outcome.message);
    else if (outcome.status === 'cancelled') this.#showAccount(account, outcome.message, outcome.link);
    else this.#show(STATE_OF_OUTCOME[outcome.status] ?? 'offline', account, outcome.message, false, outcome.link);
    this.#tell('outcome', outcome);
    if (outcome.account) this.#tell('connected', { account, restored: false });
  }

  async #fail(error) {
    if (error.code === 'wasm_blocked') return this.#submit();
    const account = (await this.#element.outlook.peek())?.accounts[0];
    const message = error.name === 'AbortError' ? '' : error.message;
    if (works(account) || !message) this.#showAccount(account, message);
    else this.#show('offline', account, message);
    if (message) this.#tell('error', error);
  }

  // A page that may not run the module connects by a form, which the server drives.
  #submit() {
    const form = this.#element.querySelector('form') ?? this.#makeForm();
    form.requestSubmit();
  }

  #makeForm() {
    const { make, root } = this.#parts;
    const backend = this.#element.getAttribute('backend') ?? '/outlook';
    const { pathname, search, hash } = location;
    const fields = { return_to: this.#element.getAttribute('return-to') ?? pathname + search + hash };
    // As by script: who has to sign in again is meant.
    const { account } = this.#parts;
    if (account?.state === 'needs_user') fields.account = account.id;
    for (const name of ['login-hint', 'domain-hint', 'prompt', 'scopes', 'account']) {
      if (this.#element.hasAttribute(name)) fields[name.replace('-', '_')] = this.#element.getAttribute(name);
    }
    const inputs = Object.entries(fields).map(([name, value]) => make('input', { type: 'hidden', name, value }));
    const form = make('form', { method: 'post', action: `${backend.replace(/\/$/, '')}/v1/connect`, hidden: '' }, ...inputs);
    root.append(form);
    return form;
  }

  // Frames and old pages may not write to the clipboard; the link can be copied by hand then.
  async #copy() {
    const { copied, link } = this.#parts;
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
      copied.textContent = this.#words.copied;
    } catch {
      link.focus();
    }
  }

  // Who forwarded the link is told, and goes on by one click.
  #wait(link) {
    this.#stopWaiting?.();
    const { origin } = new URL(this.#element.getAttribute('backend') ?? '', location);
    if (!link.startsWith(`${origin}/`)) return;
    this.#stopWaiting = wait(link, () => {
      const { account } = this.#parts;
      this.#show(account ? this.#element.state : 'idle', account, this.#words.agreed);
      this.#tell('agreed', { message: this.#words.agreed });
    });
  }

  #leave() {
    const { account } = this.#parts;
    this.#show('idle');
    if (account) this.#tell('disconnected', { account });
  }

  #showAccount(account, message, link) {
    const state = STATE_OF_ACCOUNT[account?.state] ?? 'idle';
    this.#show(state, state === 'idle' ? null : account, message ?? this.#words[account?.state], false, link);
  }

  #show(state, account = null, message = '', inWindow = false, link = '') {
    this.#shown = [state, account, message, inWindow, link];
    this.#wait(link);
    const { button, cancel, copy, forward, forwardLabel, label, make, slot, status } = this.#parts;
    const before = this.#element.state;
    this.#parts.account = account;
    this.#element.setAttribute('state', state);
    button.ariaDisabled = state === 'connecting';
    label.textContent = LABEL[state] ? this.#words[LABEL[state]] : (this.#element.getAttribute('label') ?? this.#words.connect);
    cancel.textContent = this.#words.cancel;
    cancel.hidden = !inWindow;
    forward.hidden = !link;
    this.#parts.link.value = link;
    this.#parts.copied.textContent = '';
    forwardLabel.textContent = this.#words[state === 'needs_admin' ? 'forward' : 'asked'];
    copy.textContent = this.#words.copy;
    slot.name = state.replace('_', '-');
    const who = state === 'connected' ? [make('b', { part: 'name' }, account.display_name), ' ', make('span', { part: 'address' }, account.address), ' '] : [];
    status.replaceChildren(...who, message);
    if (state !== before) this.#tell('state', { state, account });
  }

  #tell(name, detail) {
    this.#element.dispatchEvent(new CustomEvent(`connect-outlook:${name}`, { detail, bubbles: true, composed: true }));
  }
}

const works = (account) => STATE_OF_ACCOUNT[account?.state] === 'connected';

const STATE_OF_ACCOUNT = { connected: 'connected', expiring: 'connected', needs_user: 'needs_user', needs_admin: 'needs_admin', blocked_by_policy: 'blocked' };
const STATE_OF_OUTCOME = { needs_admin: 'needs_admin', blocked_by_policy: 'blocked' };
const LABEL = { connected: 'disconnect', needs_user: 'again', needs_admin: 'retry', blocked: 'retry', offline: 'retry' };

const STYLE = `
[hidden]{display:none}
[part=button][aria-disabled=true]{cursor:progress}
[part=cancel],[part=copy]{border-color:transparent;background:none;color:inherit;text-decoration:underline}
[part=status]{overflow-wrap:anywhere}
[part=forward]{display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;flex-basis:100%}
[part=forward][hidden]{display:none}
[part=forward] label{display:grid;flex:1 1 220px;min-width:0}
[part=link]{width:100%;box-sizing:border-box;min-height:30px;font:inherit;color:inherit;background:none;border:1px solid #8c8c8c;direction:ltr}
:host([state=connected]) [part=status]{order:-1}
:host([state=connected]) slot[name=mark]{display:none}
@media (prefers-reduced-motion:no-preference){:host([state=connecting]) svg{animation:pulse .8s infinite alternate}}
@keyframes pulse{to{opacity:.3}}`;
