// The browser: Debian's Chromium, or the one that `CHROMIUM` names.

import { chromium } from "playwright-core";

/**
 * Starts it. Nothing of it talks to the outside. Playwright does without the back-forward cache, and without keeping the
 * stores of frames of other sites apart, unless told.
 */
export const launch = ({ backForwardCache = false, partitions = false } = {}) =>
  chromium.launch({
    ignoreDefaultArgs: backForwardCache ? ["--disable-back-forward-cache"] : [],
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Takes the place of Playwright's own list, which has partitioning on it.
      ...(partitions ? ["--disable-features=Translate"] : []),
    ],
  });
