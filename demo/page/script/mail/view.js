// The mailbox as a whole: which folder is shown, how far, and which message is open.

import { byId } from "../dom.js";
import { counted } from "../format.js";
import { folders as fetchFolders, message as fetchMessage, messages as fetchMessages } from "../mailbox.js";
import { demoNow, refreshSteps } from "../story/steps.js";
import { showFolders, showFoldersLoading } from "./folders.js";
import { addMessages, lineOf, markOpen, showMessages, showMessagesLoading, showMessagesMissing, walkByKeys } from "./messages.js";
import { showMessage, showMessageLoading, showNoMessage } from "./reader.js";

const view = { account: null, folders: [], folder: null, shown: 0, cursor: null, open: null, turn: 0, onTrouble: () => {} };

/** Prepares keys and buttons. `onTrouble(error)` is told when a call fails. */
export function prepareMail(onTrouble) {
  view.onTrouble = onTrouble;
  walkByKeys();
  byId("more").addEventListener("click", loadMore);
  byId("mailbox").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && view.open) closeMessage();
  });
}

/** Shows the mailbox of `account`, beginning with its inbox. Whether that worked. */
export async function openMailbox(account) {
  Object.assign(view, { account: account.id, folders: [] });
  showFoldersLoading();
  return (await loadFolder({ id: "inbox", name: "Inbox", role: "inbox" })) && (await loadFolders());
}

/** Loads list and folders again, one after the other, so that it is plain which call had to refresh. Whether both worked. */
export async function reloadMailbox() {
  return (await loadFolder(view.folder)) && (await loadFolders());
}

/** Forgets everything that was shown. */
export function closeMailbox() {
  Object.assign(view, { account: null, folders: [], folder: null, cursor: null, open: null });
  view.turn += 1;
  byId("messages").replaceChildren();
  byId("folders").replaceChildren();
  showNoMessage();
}

async function loadFolders() {
  return attempt(async (stillWanted) => {
    const { folders } = await fetchFolders(view.account);
    if (!stillWanted()) return;
    view.folders = folders;
    const current = folders.find((folder) => folder.id === view.folder.id || folder.role === view.folder.id);
    if (current) view.folder = current;
    drawFolders();
  });
}

async function loadFolder(folder) {
  view.turn += 1;
  Object.assign(view, { folder, open: null, shown: 0, cursor: null });
  byId("list-title").textContent = folder.name;
  byId("list-count").textContent = "";
  byId("more").hidden = true;
  drawFolders();
  showNoMessage();
  showMessagesLoading();
  const loaded = await attempt(async (stillWanted) => {
    const page = await fetchMessages(view.account, { folder: folder.id });
    if (!stillWanted()) return;
    showMessages(page.messages, ways());
    took(page);
  });
  if (!loaded) showMessagesMissing();
  return loaded;
}

async function loadMore() {
  byId("more").disabled = true;
  await attempt(async (stillWanted) => {
    const page = await fetchMessages(view.account, { folder: view.folder.id, cursor: view.cursor });
    if (!stillWanted()) return;
    addMessages(page.messages, ways());
    took(page);
  });
  byId("more").disabled = false;
}

async function openMessage({ id }) {
  view.open = id;
  markOpen(id);
  showMessageLoading();
  const loaded = await attempt(async (stillWanted) => {
    const message = await fetchMessage(view.account, id);
    if (stillWanted() && view.open === id) showMessage(message, closeMessage);
  });
  if (!loaded && view.open === id) closeMessage();
}

function closeMessage() {
  const line = lineOf(view.open);
  view.open = null;
  markOpen(null);
  showNoMessage();
  line?.focus();
}

function took({ messages, next_cursor: cursor }) {
  view.shown += messages.length;
  view.cursor = cursor ?? null;
  byId("more").hidden = !cursor;
  byId("list-count").textContent = view.shown ? `${counted(view.shown, "message")}${cursor ? ", more below" : ""}` : "";
}

function drawFolders() {
  if (view.folders.length) showFolders(view.folders, view.folder.id, loadFolder);
}

const ways = () => ({ now: demoNow(), role: view.folder.role, open: openMessage });

/** Whether `work` went well; if not, the page is told. What belongs to a folder left meanwhile is dropped. */
async function attempt(work) {
  const turn = view.turn;
  const stillWanted = () => turn === view.turn;
  try {
    await work(stillWanted);
    return true;
  } catch (error) {
    if (!stillWanted()) return true;
    view.onTrouble(error);
    return false;
  } finally {
    refreshSteps();
  }
}
