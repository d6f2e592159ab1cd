/**
 * Connect Outlook and Microsoft 365 mailboxes from a page. Microsoft's tokens stay on your server.
 *
 * Importing does nothing and works everywhere, servers included; calls work in pages. The WebAssembly behind them is
 * fetched with the first call.
 */

/** Where the backend is, as the page sees it. */
export interface OutlookOptions {
  /** The path under which the backend is mounted on this site, such as `/outlook`; with `session`, an address elsewhere. */
  backend: string;
  /**
   * Who holds the session. Without it, a cookie of this site that no script can read. For a backend of another site,
   * which has to name this page's origin in `bearer_origins`: the page itself, in its `memory` or for as long as the `tab`
   * lives, and any script of the page can use it then. It is sent as `Authorization`, never in an address. A page in a
   * frame of another site holds it in memory unless told.
   */
  session?: 'memory' | 'tab';
  /**
   * The language of sentences, such as `de` or `fr-CA`; without it, that of the page (`<html lang>`). There are English,
   * German, French, Spanish, Japanese and Arabic; others read English.
   */
  language?: string;
  /** Sentences in the page's own words, by `code`. */
  texts?: Partial<Record<string, string>>;
}

/** What a visitor is asked for at Microsoft. All of it is optional. */
export interface ConnectOptions {
  /** Scopes beyond the deployment's own, such as `Mail.Send`. Each must be on the deployment's list. */
  scopes?: string[];
  /** The address to fill in at Microsoft's sign-in. */
  login_hint?: string;
  /** Where the account is at home, which spares a page: `organizations`, `consumers` or a domain. */
  domain_hint?: string;
  /**
   * An account of this session, by `id`: connects this one again, or with more scopes, and turns every other away
   * (`other_account`). What it was granted before is asked for again.
   */
  account?: string;
  /** What Microsoft is to show even if it could be skipped. Never ask for `consent` without a reason. */
  prompt?: 'select_account' | 'login' | 'consent';
  /** An address of this site to come back to; without it, the page's own. */
  return_to?: string;
  /**
   * `redirect` leaves the page, `popup` opens a window and keeps it. Browsers open windows for clicks only: call
   * `connect` in the click's own handler. A blocked window falls back to the redirect. Without it: `redirect`, and in a
   * frame, which Microsoft refuses, `popup`.
   */
  mode?: 'redirect' | 'popup';
  /** Gives up: the promise rejects with the signal's reason, and the window closes if it still can. */
  signal?: AbortSignal;
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
  /** One sentence for the visitor, in the page's language. */
  message: string;
  /** Microsoft's error number, if there was one. */
  aadsts?: number;
  /** Microsoft's, or the server's own: what support asks for. */
  correlation_id?: string;
  /**
   * To be forwarded to an administrator: a page of the backend's that says what is asked, and from which they agree for
   * all. Of `needs_admin`; and of `turned_back`, because Microsoft says that too of a visitor whom it told to ask an
   * administrator.
   */
  link?: string;
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
  /** Whether it works, and if not, who must act. */
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
  /** Opaque; stays the same while the folder exists. */
  id: string;
  /** In the mailbox's language. */
  name: string;
  /** What it is for, in every language the same. */
  role?: 'inbox' | 'sent' | 'drafts' | 'trash' | 'archive' | 'junk' | 'outbox';
  /** How many messages nobody has opened. */
  unread: number;
  /** How many messages there are. */
  total: number;
}

/** Somebody in an address line. Both may be empty. */
export interface Correspondent {
  /** As the sender wrote it: anybody may call themselves anything. */
  name: string;
  /** The mail address. */
  address: string;
}

/** A message as it stands in a list. Texts come from strangers: show them as text, never as markup. */
export interface MessageSummary {
  /** Opaque; stays the same when the message is moved. */
  id: string;
  /** The same for all messages of a conversation. */
  thread_id: string;
  /** May be empty. */
  subject: string;
  /** Drafts may have nobody. */
  from?: Correspondent;
  /** Without those who got copies. */
  to: Correspondent[];
  /** Unix seconds. */
  received_at: number;
  /** The first words, at most 255 characters. */
  preview: string;
  /** Whether somebody has opened it. */
  is_read: boolean;
  /** Whether files came with it; pictures inside the text do not count. */
  has_attachments: boolean;
  /** What the sender thought of it. */
  importance: 'low' | 'normal' | 'high';
  /** Whether it is marked for later. */
  is_flagged: boolean;
}

/** One message. */
export interface Message extends MessageSummary {
  /** Who got copies. */
  cc: Correspondent[];
  /** Its text, without markup. */
  body: { content_type: 'text'; content: string };
}

/** A page of messages, newest first. */
export interface MessageList {
  /** At most `limit` of them. */
  messages: MessageSummary[];
  /** Where the next page begins; absent at the end. */
  next_cursor?: string;
}

/** Which mailbox a call is for. */
export interface AccountOption {
  /** An account's `id`; without it, the first of the session. */
  account?: string;
  /** Ends the call: it rejects with the signal's reason. */
  signal?: AbortSignal;
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

/** An attachment as it stands in a list. Name and type are strangers' words. */
export interface Attachment {
  id: string;
  /** `item` is a message, an appointment or a contact; a `link` lies elsewhere and has nothing to download. */
  kind: 'file' | 'item' | 'link';
  name: string;
  /** Such as `image/png`; may be empty. Downloads do not repeat it. */
  content_type: string;
  /** Bytes as the mailbox counts them, somewhat more than the content has. */
  size: number;
  /** Whether it is a picture within the text. */
  is_inline: boolean;
}

/** Somebody to send to. */
export interface Recipient {
  name?: string;
  address: string;
}

/** What is to be sent. */
export interface Letter {
  /** An answer may leave it to the message it answers. */
  to?: Recipient[];
  cc?: Recipient[];
  bcc?: Recipient[];
  /** Without one, an answer has that of the message it answers. */
  subject?: string;
  body: { content_type: 'text' | 'html'; content: string };
  /** The message it answers or passes on, by `id`. */
  answering?: { message: string; way: 'reply' | 'reply_all' | 'forward' };
}

/** Under which key to send, and from which mailbox. */
export interface SendOptions extends AccountOption {
  /**
   * Names the sending: 16 to 128 letters, digits and `-._~`. Make one with `crypto.randomUUID()` when the visitor begins
   * to write, and use the same for every try: a key never sends twice.
   */
  key: string;
}

/** Microsoft has accepted the letter. */
export interface Accepted {
  status: 'accepted';
  /** The message, which is or will soon be in Sent Items. */
  message_id: string;
  thread_id: string;
}

/** It was not sent, and with this key never will be. */
export interface Refused extends Reason {
  status: 'refused';
}

/** The answer was lost: it may have been sent. {@link Mail.sending} may tell later; nothing is sent again by itself. */
export interface Unknown extends Reason {
  status: 'unknown';
}

/** It is on its way to Microsoft at this moment. */
export interface UnderWay {
  status: 'under_way';
}

/** How the sending of a letter stands. Switch over `status`. */
export type Sending = Accepted | Refused | Unknown | UnderWay;

/** Mail of connected mailboxes. Calls reject with {@link ConnectOutlookError}. */
export interface Mail {
  /** The folders of a mailbox. */
  folders(options?: AccountOption): Promise<{ folders: Folder[] }>;
  /** A page of messages, newest first. */
  messages(options?: MessagesOptions): Promise<MessageList>;
  /** Page after page, each fetched when it is asked for: `for await (const page of mail.pages())`. `limit` is a page's. */
  pages(options?: MessagesOptions): AsyncGenerator<MessageList, void, undefined>;
  /** Message after message, across the pages: `for await (const message of mail.each({ folder: 'sent' }))`. */
  each(options?: MessagesOptions): AsyncGenerator<MessageSummary, void, undefined>;
  /** One message with its text. */
  message(id: string, options?: AccountOption): Promise<Message>;
  /** What hangs on a message. */
  attachments(message: string, options?: AccountOption): Promise<{ attachments: Attachment[] }>;
  /**
   * The content of an attachment, as it comes: `(await mail.download(…)).blob()`, or its `body` piece by piece. It breaks
   * with an error when Microsoft breaks off, and with the signal. Its type is always `application/octet-stream`, since what
   * strangers send must not become a page of yours.
   */
  download(message: string, attachment: string, options?: AccountOption): Promise<Response>;
  /**
   * Has a letter sent, which takes the scopes `Mail.ReadWrite` and `Mail.Send`: `insufficient_scope` says which are
   * missing, and `connect({ account, scopes })` asks for them. Once it has begun the signal ends the waiting only. After
   * an error nothing is known: try again with the same key.
   */
  send(letter: Letter, options: SendOptions): Promise<Sending>;
  /** How the sending with this key stands. `sending_not_found`: nothing was sent with it. Keys are kept for a week. */
  sending(key: string, options?: AccountOption): Promise<Sending>;
}

/** What {@link Outlook.subscribe} tells. */
export type OutlookEvent =
  /** An attempt has begun. */
  | { type: 'connecting'; mode: 'redirect' | 'popup' }
  /** It ended, however; also when an answer arrives from a window that seemed closed. */
  | { type: 'outcome'; outcome: Outcome }
  /** It could not be made: what `connect` rejected with. */
  | { type: 'failed'; error: unknown }
  /** A mailbox was disconnected: the account's `id`. */
  | { type: 'disconnected'; account: string }
  /** The session was ended. */
  | { type: 'signed_out' };

/** Mailboxes of this browser's session, through one backend. */
export interface Outlook {
  /**
   * Sends the visitor to Microsoft. By redirect the page is left, so the promise stays open; it resolves when that
   * fails, or when the visitor comes back to this very page (`came_back`). By popup it resolves with the answer, or with
   * `window_closed` within two seconds. However often it is called, it is one attempt.
   */
  connect(options?: ConnectOptions): Promise<Outcome>;
  /**
   * Finishes what `connect` began, on the page Microsoft sends the visitor back to. Cleans the address bar, shows the
   * address of before again (and tells routers by `popstate`), and resolves to `null` on every other page. In a window
   * it hands the answer to the page that waits, and closes. `<connect-outlook>` calls it by itself.
   */
  completeRedirect(): Promise<Outcome | null>;
  /** Who is connected, or `null`. */
  session(): Promise<Session | null>;
  /** The same, cheaply and without the WebAssembly: for page views. `null` for whatever goes wrong, too. */
  peek(): Promise<Session | null>;
  /** Ends the session of this browser. The mailboxes stay connected on the server. */
  signOut(): Promise<void>;
  /** Disconnects a mailbox: the server destroys its tokens. */
  disconnect(account: string): Promise<void>;
  /** Folders and messages of the connected mailboxes. */
  readonly mail: Mail;
  /** Has `listener` called with all that happens here. Answers how to stop that. */
  subscribe(listener: (event: OutlookEvent) => void): () => void;
}

/**
 * What calls reject with. Beside the backend's codes: `unreachable`, `bad_answer`, `bad_options`, `wasm_blocked` (the
 * page's policy forbids WebAssembly), `no_page` (a server), `internal` (a defect of ours; nothing half-done is left).
 */
export class ConnectOutlookError extends Error implements Reason {
  constructor(reason: Reason);
  code: string;
  actor: Actor;
  next: Next;
  aadsts?: number;
  correlation_id?: string;
  link?: string;
}

/** Mailboxes of this browser's session. Does nothing before the first call. */
export function createOutlook(options: OutlookOptions): Outlook;

/** `createOutlook(options).connect(options)`. */
export function connect(options: OutlookOptions & ConnectOptions): Promise<Outcome>;

/** Fetches what calls need, ahead of time: on hover, on focus, when idle. */
export function load(): Promise<unknown>;

/** Says where the WebAssembly comes from, before it is fetched; `connect-outlook/inline` does so by itself. */
export function useModule(source: () => URL | BufferSource): void;

/** Defines `<connect-outlook>`, as importing `connect-outlook/element` does. */
export function defineElement(name?: string): Promise<CustomElementConstructor>;
