// The folders beside the list, with how many messages wait unread.

import { byId, hiddenText, icon, make } from "../dom.js";
import { number } from "../format.js";

/** Shows the folders, `current` (an id) marked; `open(folder)` is called when one is chosen. */
export function showFolders(folders, current, open) {
  const list = byId("folders");
  list.setAttribute("aria-busy", "false");
  const focused = list.contains(document.activeElement) && document.activeElement.dataset.folder;
  list.replaceChildren(...inOrder(folders).map((folder) => item(folder, folder.id === current, open)));
  if (focused) list.querySelector(`[data-folder="${CSS.escape(focused)}"]`)?.focus();
}

/** Grey lines until the folders are here. */
export function showFoldersLoading() {
  const list = byId("folders");
  list.setAttribute("aria-busy", "true");
  list.replaceChildren();
}

function item(folder, isCurrent, open) {
  const unread = folder.unread > 0 && make("span", { class: "folder-unread" }, number(folder.unread), hiddenText(" unread"));
  const button = make(
    "button",
    {
      type: "button",
      class: "folder",
      "data-testid": "folder",
      "data-folder": folder.id,
      "data-role": folder.role,
      "aria-current": isCurrent && "true",
      click: () => open(folder),
    },
    icon(PICTURES[folder.role] ?? "folder"),
    make("span", { class: "folder-name" }, folder.name),
    unread,
  );
  return make("li", {}, button);
}

function inOrder(folders) {
  const rank = (folder) => (folder.role in PICTURES ? Object.keys(PICTURES).indexOf(folder.role) : OWN_FOLDERS);
  return [...folders].sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}

// The order is the one in which they are shown; folders without a role follow.
const PICTURES = { inbox: "inbox", drafts: "drafts", sent: "sent", archive: "archive", junk: "junk", trash: "trash", outbox: "sent" };
const OWN_FOLDERS = Object.keys(PICTURES).length;
