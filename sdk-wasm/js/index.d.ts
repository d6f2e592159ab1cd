/**
 * Connect Outlook and Microsoft 365 mailboxes from a page. Microsoft's tokens stay on your server.
 *
 * Importing does nothing and works everywhere, servers included; calls work in pages. The WebAssembly behind them is
 * fetched with the first call.
 */

/** Where the backend is, as the page sees it. */
export interface OutlookOptions {
  /** The path under which the backend is mounted on this site, such as `/outlook`. */
  backend: string;
}

/** What a visitor is asked for at Microsoft. All of it is optional. */
export interface ConnectOptions {
  /** Scopes beyond the deployment's own, such as `Mail.Send`. Each must be on the deployment's list. */
  scopes?: string[];
  /** The address to fill in at Microsoft's sign-in. */
  login_hint?: string;
  /** What Microsoft is to show even if it could be skipped. Never ask for `consent` without a reason. */
  prompt?: 'select_account' | 'login' | 'consent';
  /** An address of this site to come back to; without it, the page's own. */
  return_to?: string;
}

/** Who can mend it. Nobody else should be asked to. */
export type Actor = 'visitor' | 'tenant_admin' | 'developer' | 'operator' | 'microsoft';

/** What that person does next. */
export type Next =
  | 'try_again'
  | 'sign_in_again'
  | 'ask_admin'
  | 'contact_admin'
  | 'fix_registration'
  | 'fix_credential'
  | 'wait'
  | 'none';

/** Why something did not happen. */
export interface Reason {
  /** Stable name: switch on this, never on the message. */
  code: string;
  actor: Actor;
  next: Next;
  /** One English sentence for the visitor. */
  message: string;
  /** Microsoft's error number, if there was one. */
  aadsts?: number;
  /** What support asks for. */
  correlation_id?: string;
}

/** The mailbox is connected and the session open. */
export interface Connected {
  status: 'connected';
  account: Account;
  /** Where in the site the visitor was. The address bar shows it again already. */
  return_to?: string;
}

/** The visitor turned back, declined, took too long, or has to sign in once more. Nothing is broken. */
export interface Cancelled extends Reason {
  status: 'cancelled';
}

/** An administrator of the visitor's organisation has to agree first. */
export interface NeedsAdmin extends Reason {
  status: 'needs_admin';
}

/** A rule of the visitor's organisation forbids it. */
export interface BlockedByPolicy extends Reason {
  status: 'blocked_by_policy';
}

/** Registration, settings or credential are wrong: developer or operator have to act. */
export interface Misconfigured extends Reason {
  status: 'misconfigured';
}

/** Microsoft or the server does not answer. Later it may. */
export interface Unavailable extends Reason {
  status: 'unavailable';
}

/** How an attempt to connect ended. Every end is ordinary: switch over `status`; nothing of this is thrown. */
export type Outcome = Connected | Cancelled | NeedsAdmin | BlockedByPolicy | Misconfigured | Unavailable;

/** Whether an account works, and if not, who must act. */
export type AccountState =
  | 'connected'
  | 'expiring'
  | 'needs_user'
  | 'needs_admin'
  | 'blocked_by_policy'
  | 'disconnected';

/** One connected mailbox. */
export interface Account {
  /** Says nothing about the person. */
  id: string;
  /** For people to read; never to decide by. */
  display_name: string;
  /** For people to read; never to decide by. */
  address: string;
  state: AccountState;
  /** When it ends whatever one does, unix seconds; only where the registration's platform sets an end. */
  reconnect_by?: number;
}

/** Who is connected in this browser. */
export interface Session {
  /** The newest first. */
  accounts: Account[];
  /** When the session lapses unless it is used, unix seconds. */
  idle_expires_at: number;
  /** When it lapses in any case, unix seconds. */
  expires_at: number;
}

/** A mail folder. */
export interface Folder {
  id: string;
  /** In the mailbox's language. */
  name: string;
  /** What it is for, in every language the same. */
  role?: 'inbox' | 'sent' | 'drafts' | 'trash' | 'archive' | 'junk' | 'outbox';
  unread: number;
  total: number;
}

/** Somebody in an address line. Both may be empty. */
export interface Correspondent {
  name: string;
  address: string;
}

/** A message as it stands in a list. Texts come from strangers: show them as text, never as markup. */
export interface MessageSummary {
  id: string;
  thread_id: string;
  subject: string;
  /** Drafts may have nobody. */
  from?: Correspondent;
  to: Correspondent[];
  /** Unix seconds. */
  received_at: number;
  /** The first words, at most 255 characters. */
  preview: string;
  is_read: boolean;
  has_attachments: boolean;
  importance: 'low' | 'normal' | 'high';
  is_flagged: boolean;
}

/** One message. */
export interface Message extends MessageSummary {
  cc: Correspondent[];
  body: { content_type: 'text'; content: string };
}

/** A page of messages, newest first. */
export interface MessageList {
  messages: MessageSummary[];
  /** Where the next page begins; absent at the end. */
  next_cursor?: string;
}

/** Which mailbox a call is for. */
export interface AccountOption {
  /** An account's `id`; without it, the first of the session. */
  account?: string;
}

/** Which messages to list. */
export interface MessagesOptions extends AccountOption {
  /** A folder's `id` or `role`; without it, the inbox. */
  folder?: string;
  /** `next_cursor` of the page before. */
  cursor?: string;
  /** At most so many; the backend knows the bounds. */
  limit?: number;
}

/** Reading mail of connected mailboxes. Calls reject with {@link ConnectOutlookError}. */
export interface Mail {
  folders(options?: AccountOption): Promise<{ folders: Folder[] }>;
  messages(options?: MessagesOptions): Promise<MessageList>;
  message(id: string, options?: AccountOption): Promise<Message>;
}

/** Mailboxes of this browser's session, through one backend. */
export interface Outlook {
  /**
   * Sends the browser to Microsoft. The page is left, so the promise stays open; it resolves when that fails, or when
   * the visitor comes back to this very page (`came_back`). However often it is called, it is one attempt.
   */
  connect(options?: ConnectOptions): Promise<Outcome>;
  /**
   * Finishes what `connect` began, on the page Microsoft sends the visitor back to. Cleans the address bar, and
   * resolves to `null` on every other page. `<connect-outlook>` calls it by itself.
   */
  completeRedirect(): Promise<Outcome | null>;
  /** Who is connected, or `null`. */
  session(): Promise<Session | null>;
  /** Ends the session of this browser. The mailboxes stay connected on the server. */
  signOut(): Promise<void>;
  /** Disconnects a mailbox: the server destroys its tokens. */
  disconnect(account: string): Promise<void>;
  readonly mail: Mail;
}

/**
 * What calls reject with. Beside the backend's codes: `unreachable`, `bad_answer`, `bad_options`, `wasm_blocked` (the
 * page's policy forbids WebAssembly), `internal` (a defect of ours; nothing half-done is left behind).
 */
export class ConnectOutlookError extends Error implements Reason {
  constructor(reason: Reason);
  code: string;
  actor: Actor;
  next: Next;
  aadsts?: number;
  correlation_id?: string;
}

/** Mailboxes of this browser's session. Does nothing before the first call. */
export function createOutlook(options: OutlookOptions): Outlook;

/** `createOutlook(options).connect(options)`. */
export function connect(options: OutlookOptions & ConnectOptions): Promise<Outcome>;

/** Fetches what calls need, ahead of time: on hover, on focus, when idle. */
export function load(): Promise<unknown>;

/** Defines `<connect-outlook>`, as importing `connect-outlook/element` does. */
export function defineElement(name?: string): Promise<CustomElementConstructor>;

/** What `<connect-outlook>` tells. All events bubble, out of shadow roots too. */
export interface ConnectOutlookEventMap {
  /** A mailbox is connected: just now, or (`restored`) since an earlier visit. */
  connected: CustomEvent<{ account: Account; restored: boolean }>;
  /** An attempt ended, however. */
  outcome: CustomEvent<Outcome>;
  /** The visitor disconnected the mailbox. */
  disconnected: CustomEvent<{ account: Account }>;
}

/**
 * `<connect-outlook backend="/outlook">`
 *
 * Attributes: `backend` (default `/outlook`), `label` (default "Connect Outlook"), `scopes` (separated by spaces),
 * `login-hint`, `prompt`, `return-to`; it sets `state` itself, for styling.
 *
 * Parts: `button`, `mark`, `label`, `status`, `name`. Custom properties: `--connect-outlook-color`, `-background`,
 * `-border`, `-radius`, `-focus`. Light and dark follow the page's `color-scheme`.
 */
export interface ConnectOutlookElement extends HTMLElement {
  /** The mailboxes behind this button, for `mail` and the rest. */
  readonly outlook: Outlook;
  /** The account shown as connected. */
  readonly account: Account | null | undefined;
  readonly state: 'idle' | 'connecting' | 'connected' | 'trouble' | null;
  /** What a press on the button does. */
  connect(): Promise<void>;
  /** Disconnects the account shown. */
  disconnect(): Promise<void>;
  addEventListener<K extends keyof ConnectOutlookEventMap>(
    type: K,
    listener: (event: ConnectOutlookEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'connect-outlook': ConnectOutlookElement;
  }
}
