// Who is connected, and in which state the account is.

import { byId } from "../dom.js";
import { initials } from "../format.js";

/** Shows name, address and state of `account`. */
export function showAccount(account) {
  byId("avatar").textContent = initials(account.display_name, account.address);
  byId("account-name").textContent = account.display_name || account.address;
  byId("account-address").textContent = account.address;
  showState(account.state);
}

/** Shows the state alone, after it changed. */
export function showState(state) {
  byId("account-state").dataset.state = state;
  byId("account-state").textContent = STATES[state] ?? state;
}

const STATES = {
  connected: "Connected",
  expiring: "Ends soon",
  needs_user: "Sign in again",
  needs_admin: "Waits for your administrator",
  blocked_by_policy: "Blocked by your organisation",
  disconnected: "Disconnected",
};
