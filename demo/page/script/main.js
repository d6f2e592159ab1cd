// The page's story: welcome or mailbox, and a word about what happened.

import { byId } from "./dom.js";
import { prepareControls } from "./controls.js";
import { showAccount, showState } from "./mail/account.js";
import { closeMailbox, openMailbox, prepareMail, reloadMailbox } from "./mail/view.js";
import { connect, currentAccount, disconnect, listen, renewButton } from "./mailbox.js";
import { hush, say } from "./notice.js";
import { sayOutcome, sayTrouble } from "./outcomes.js";
import { refreshSteps, setConnected, watchSteps } from "./story/steps.js";

const page = { account: null };

listen({ onConnected: enter, onOutcome: turnedAway, onAgreed: agreed });
prepareMail(trouble);
prepareControls({ isConnected: () => page.account !== null, reload: reloadMailbox, start });
byId("disconnect").addEventListener("click", leave);
setConnected(false);
refreshSteps().then(watchSteps);

/** A mailbox is connected: shows it. */
async function enter(account, restored) {
  show(account);
  if (!restored) {
    say({ title: "Connected", text: `This is the mailbox of ${account.display_name}. The tokens for it are on the server, and only there.` });
    focusTitle();
  }
  await openMailbox(account);
}

/** An attempt ended without a connection: says why, and shows what was connected before. */
async function turnedAway(outcome) {
  const account = page.account ?? (await currentAccount().catch(() => null));
  sayOutcome(outcome, { start, stillConnected: account?.address });
  document.body.dataset.told = "";
  if (account && !page.account) await enter(account, true);
  await refreshSteps();
}

/** An administrator agreed to what the visitor waits for: one click goes on. */
function agreed(message) {
  say({ title: message, action: { label: "Connect", run: start } });
}

/** Sends the visitor to Microsoft. */
function start(options) {
  hush();
  delete document.body.dataset.told;
  connect(options);
}

/** Disconnects the mailbox that is shown. */
async function leave() {
  const { id, address } = page.account;
  byId("disconnect").disabled = true;
  try {
    await disconnect(id);
    show(null);
    renewButton();
    say({ title: "Disconnected", text: `The tokens for ${address} are destroyed, and so is the key that sealed them.` });
    focusTitle();
  } catch (error) {
    trouble(error);
  }
  byId("disconnect").disabled = false;
  await refreshSteps();
}

/** A call failed: says why, and shows what is left. */
async function trouble(error) {
  const hint = page.account ? { "login-hint": page.account.address } : {};
  if (error.code === "account_needs_user") showState("needs_user");
  if (ENDED.includes(error.code)) {
    show(null);
    renewButton();
    focusTitle();
  }
  sayTrouble(error, { start: () => start(hint), retry });
  await refreshSteps();
}

/** Tries again what failed. */
async function retry() {
  hush();
  if (page.account) await reloadMailbox();
  else location.reload();
}

function show(account) {
  page.account = account;
  byId("welcome").hidden = account !== null;
  byId("mailbox").hidden = account === null;
  document.title = account ? `${account.address} · Larkpost` : "Connect your mailbox · Larkpost";
  if (account) showAccount(account);
  else closeMailbox();
  setConnected(account !== null);
}

// A screen reader goes on where the page now begins.
const focusTitle = () => byId(page.account ? "account-name" : "welcome-title").focus({ preventScroll: true });

const ENDED = ["no_session", "no_account", "account_unknown"];
