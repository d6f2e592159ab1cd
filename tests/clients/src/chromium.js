// The browser: Debian's Chromium, or the one that `CHROMIUM` names. Nothing of it talks to the outside.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { switches } from "../../browser/src/switches.js";

const settings = { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: switches() };

/** Starts it; its contexts are windows for private browsing, in which frames see no cookies of other sites. */
export const launch = () => chromium.launch(settings);

/** Starts it with a profile of its own in which frames may see cookies of other sites. The emulator's authority is
 * nobody's. */
export async function profile() {
  const folder = await mkdtemp(join(tmpdir(), "connect-outlook-profile-"));
  await mkdir(join(folder, "Default"));
  await writeFile(join(folder, "Default/Preferences"), JSON.stringify({ profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }));
  const context = await chromium.launchPersistentContext(folder, { ...settings, ignoreHTTPSErrors: true });
  const close = async () => {
    await context.close();
    // Chromium may still be tidying up.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  return { context, close };
}
