// The browser: Debian's Chromium, or the one that `CHROMIUM` names.

import { chromium } from "playwright-core";

/** Starts it. Nothing of it talks to the outside. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
