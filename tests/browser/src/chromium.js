// The browser: Debian's Chromium, or the one that `CHROMIUM` names.

import { chromium } from "playwright-core";

import { switches } from "./switches.js";

/**
 * Starts it. Playwright does without the back-forward cache, and without keeping the stores of frames of other sites apart,
 * unless told.
 */
export const launch = ({ backForwardCache = false, partitions = false } = {}) =>
  chromium.launch({
    ignoreDefaultArgs: backForwardCache ? ["--disable-back-forward-cache"] : [],
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: switches({ partitions }),
  });
