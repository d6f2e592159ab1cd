/** `<connect-outlook>`: importing this defines it. */

import type { Account, ConnectOptions, ConnectOutlookError, Outcome, Outlook } from './index.js';

/** What the element shows. */
export type ElementState = 'idle' | 'connecting' | 'connected' | 'needs_user' | 'needs_admin' | 'blocked' | 'offline';

/** What is to be read on the element; every text can be replaced, and every sentence of an outcome by its `code`. */
export interface ElementTexts {
  /** The idle button; the attribute `label` wins. */
  connect?: string;
  /** While the visitor leaves for Microsoft. */
  away?: string;
  /** While the visitor is in another window. */
  window?: string;
  cancel?: string;
  disconnect?: string;
  again?: string;
  retry?: string;
  expiring?: string;
  needs_user?: string;
  needs_admin?: string;
  /** Before the link for an administrator. */
  forward?: string;
  /** The same, where an administrator may have to agree. */
  asked?: string;
  copy?: string;
  /** Once it is copied. */
  copied?: string;
  /** Once one has agreed. */
  agreed?: string;
  blocked_by_policy?: string;
  [code: string]: string | undefined;
}

/** What `<connect-outlook>` tells. All events bubble, out of shadow roots too. */
export interface ConnectOutlookEventMap {
  /** A mailbox is connected: just now, or (`restored`) since an earlier visit. */
  'connect-outlook:connected': CustomEvent<{ account: Account; restored: boolean }>;
  /** An attempt ended, however. */
  'connect-outlook:outcome': CustomEvent<Outcome>;
  /** An attempt could not be made, or a call failed. */
  'connect-outlook:error': CustomEvent<ConnectOutlookError>;
  /** An administrator agreed to what the visitor waits for: connecting may work now. */
  'connect-outlook:agreed': CustomEvent<{ message: string }>;
  /** The visitor disconnected the mailbox, or ended the session. */
  'connect-outlook:disconnected': CustomEvent<{ account: Account }>;
  /** It shows another state. */
  'connect-outlook:state': CustomEvent<{ state: ElementState; account: Account | null }>;
}

/** What `<connect-outlook>` can be told in markup. */
export interface ConnectOutlookAttributes {
  /** Where the backend is mounted; `/outlook` unless said. */
  backend?: string;
  /** Who holds the session, if no cookie does; see `OutlookOptions`. */
  session?: 'memory' | 'tab';
  /** The text of the idle button. */
  label?: string;
  /** Scopes beyond the deployment's own, separated by spaces. */
  scopes?: string;
  'login-hint'?: string;
  'domain-hint'?: string;
  prompt?: 'select_account' | 'login' | 'consent';
  'return-to'?: string;
  mode?: 'redirect' | 'popup';
  /** An account of the session, to be connected again. */
  account?: string;
  lang?: string;
}

/**
 * `<connect-outlook backend="/outlook">`: the button, and who is connected.
 *
 * Attributes: see {@link ConnectOutlookAttributes}; it sets `state` itself, for styling.
 *
 * Slots: `mark` and `label` on the button; `idle`, `connecting`, `connected`, `needs-user`, `needs-admin`, `blocked` and
 * `offline` below it, each shown in its state; without a name, a `<form method="post">` that connects where no script
 * runs or none may run WebAssembly.
 *
 * Parts: `button`, `mark`, `label`, `cancel`, `status`, `name`, `address`, and for the link that a visitor forwards to
 * an administrator `forward`, `link`, `copy`, `copied`. Custom properties: `--connect-outlook-color`,
 * `-background`, `-border`, `-radius`, `-focus`. Light and dark follow the page's `color-scheme`. The look is that of
 * Microsoft's branding guidelines for sign-in: keep the mark as it is.
 */
export class ConnectOutlookElement extends HTMLElement {
  /** The mailboxes behind this button, for `mail` and the rest. Can be set, to a double in tests. */
  outlook: Outlook;
  /** Replaces texts; to be set before the element is in the page. */
  texts: ElementTexts | undefined;
  /** The account shown; also one that needs somebody. */
  readonly account: Account | null;
  /** `null` before it is in the page. */
  readonly state: ElementState | null;
  /** What a press on the button does; `options` go before attributes. */
  connect(options?: ConnectOptions): Promise<Outcome>;
  /** Disconnects the account shown. */
  disconnect(): Promise<void>;
  /** As on every element, with the events of {@link ConnectOutlookEventMap} known by name. */
  addEventListener<K extends keyof ConnectOutlookEventMap>(
    type: K,
    listener: (event: ConnectOutlookEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Any other event. */
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** Defines the element, under another name if need be. */
export function defineElement(name?: string): CustomElementConstructor;

declare global {
  interface HTMLElementTagNameMap {
    'connect-outlook': ConnectOutlookElement;
  }
}
