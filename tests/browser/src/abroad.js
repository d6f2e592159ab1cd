// A world for one story in a browser other than Chromium: a site, the browser, and the search that ends every story.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Firefox } from "./engines/firefox.js";
import { WebKit } from "./engines/webkit.js";
import { Site } from "./site.js";
import { Traveller } from "./traveller.js";

/** The browsers. WebKit keeps cookies with `__Host-` and `Secure` over HTTPS only, on this machine too. */
export const ENGINES = [
  { name: "Firefox", Browser: Firefox, https: false },
  { name: "WebKit", Browser: WebKit, https: true },
];

/** A page of an integrator's, with the element and a list of mail. */
export const PAGE = '<main><h1>A page</h1><connect-outlook></connect-outlook><ol id="inbox"></ol></main><script type="module" src="/page.js"></script>';

/** Tells a story of a visitor in one of these browsers, at a site started with `options`, whose page is `page`. */
export function story({ name, Browser, https }, title, tell, { page = PAGE, ...options } = {}) {
  test(`in ${name} a visitor ${title}`, { timeout: LONGEST_MS }, async () => {
    const site = await Site.start({ https, ...options });
    for (const path of ["/", "/outlook-callback"]) site.show(path, page);
    let browser;
    try {
      browser = await Browser.launch();
      const visitor = new Traveller(browser, site);
      await visitor.arrives();
      await tell(visitor, site.emulator);
      assert.deepEqual(await visitor.leaks(), []);
    } finally {
      await browser?.close();
      await site.close();
    }
  });
}

const LONGEST_MS = 120_000;
