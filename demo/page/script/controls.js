// The demo's own buttons: jump ahead, decline, start over.

import { byId } from "./dom.js";
import { advanceClock, startOver } from "./demo.js";
import { say } from "./notice.js";
import { refreshSteps } from "./story/steps.js";

/**
 * Wires the buttons. `isConnected()`: whether a mailbox is shown; `reload()`: lists it again, answers whether that worked;
 * `start(options)`: sends the visitor to Microsoft.
 */
export function prepareControls({ isConnected, reload, start }) {
  wire("jump", () => jump(isConnected, reload));
  wire("decline", () => start({ prompt: "consent" }));
  wire("start-over", async () => {
    await startOver();
    location.replace("/");
  });
}

async function jump(isConnected, reload) {
  await advanceClock(AN_HOUR);
  await refreshSteps();
  if (!isConnected()) {
    say({ title: "One hour later", text: "No mailbox is connected, so nothing had to be refreshed. Connect one and jump again." });
    return;
  }
  say({ title: "One hour later", text: "The access token has lapsed. Asking for the mail again…" });
  if (!(await reload())) return;
  say({ title: "One hour later, and nothing to do for you", text: "The server fetched a new token before it asked for your mail. See the step “Token refreshed”." });
  if (STACKED.matches) byId("story").scrollIntoView({ behavior: CALM.matches ? "auto" : "smooth" });
}

function wire(id, run) {
  const button = byId(id);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await run();
    } catch {
      say({ tone: "alert", title: "The demo does not answer", text: "Is it still running? Look into the terminal." });
    }
    button.disabled = false;
    button.focus({ preventScroll: true });
  });
}

const AN_HOUR = 3600;
// The story stands below the product, out of sight, and not beside it.
const STACKED = window.matchMedia("(max-width: 69.99rem)");
const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
