/**
 * A double of `createOutlook()` for tests of pages: the same promises and events, no network, no WebAssembly, no
 * Microsoft. Give `outlook` to your code, or to an element: `element.outlook = outlook`.
 */

import type { Account, Attachment, Folder, Message, MessageSummary, Outcome, Outlook, Reason, Sending } from './index.js';

/** What the double begins with. */
export interface TestOutlookOptions {
  /** Who is connected already; nobody, unless said. */
  accounts?: Account[];
  /** The folders of every mailbox; an inbox, unless said. */
  folders?: Folder[];
  /** The messages of every folder, the newest first. */
  messages?: (MessageSummary & Partial<Message>)[];
  /** What hangs on messages, with its content, by the message's `id`. */
  attachments?: Record<string, (Attachment & { content?: string })[]>;
  /** Who an attempt connects; Ada, unless said. */
  connects?: Account;
  /** How many messages a page has unless a call says otherwise: 25. */
  pageSize?: number;
  /** The language of sentences, as for `createOutlook`; without it, that of the page. */
  language?: string;
  /** Sentences in the page's own words, by `code`. */
  texts?: Partial<Record<string, string>>;
}

/** The calls that can be made to fail. */
export type TestCall = 'connect' | 'session' | 'signOut' | 'disconnect' | 'folders' | 'messages' | 'message' | 'attachments' | 'download' | 'send' | 'sending';

/** The double, and what a test does with it. */
export interface TestOutlook {
  /** What the page uses. */
  readonly outlook: Outlook;
  /** Every call so far. */
  readonly calls: readonly { name: TestCall; values: unknown[] }[];
  /** The next attempt ends like this. */
  endWith(outcome: Outcome): void;
  /** The next letter ends like this instead of being accepted. */
  sendWith(sending: Sending): void;
  /** From now on this call rejects; without a reason, it does not any more. */
  failWith(name: TestCall, reason?: Partial<Reason>): void;
}

/** A double. */
export function createTestOutlook(options?: TestOutlookOptions): TestOutlook;

/** An outcome of this status with an ordinary reason; `changes` go before. */
export function reason<S extends Exclude<Outcome['status'], 'connected'>>(
  status: S,
  changes?: Partial<Reason>,
): Extract<Outcome, { status: S }>;

/** Somebody to be connected. */
export const ADA: Account;
