// The core stories in Firefox and in WebKit, at a site as integrators run it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Firefox } from "../../src/engines/firefox.js";
import { WebKit } from "../../src/engines/webkit.js";
import { Site } from "../../src/site.js";
import { Traveller } from "../../src/traveller.js";

const PAGE = '<main><h1>A page</h1><connect-outlook></connect-outlook><ol id="inbox"></ol></main><script type="module" src="/page.js"></script>';
const LONGEST_MS = 120_000;

// WebKit keeps cookies with `__Host-` and `Secure` over HTTPS only, on this machine too.
for (const [name, Browser, https] of [["Firefox", Firefox, false], ["WebKit", WebKit, true]]) {
  story("connects by leaving the page, reads the mail, finds it again, and disconnects", async (visitor, emulator) => {
    await visitor.leaves();
    await visitor.saysYes();
    await visitor.reads("ada@contoso.example");
    await visitor.seesInbox();
    const address = await visitor.browser.address();
    assert.equal(address, visitor.site.address, "the address is clean");

    // The search that ends every story finds what it looks for.
    const [{ answer }] = await emulator.tokenRequests();
    await visitor.browser.ask((token) => localStorage.setItem("x", token), answer.access_token);
    assert.deepEqual(await visitor.leaks(), [`a access_token in local storage at ${address}`]);
    await visitor.browser.ask(() => localStorage.clear());

    await visitor.browser.open(address);
    await visitor.reads("Ada Lovelace");
    await visitor.seesInbox();
    await visitor.presses("Disconnect");
    await visitor.waits("an empty page", async () => !(await visitor.browser.has(() => document.querySelector("#inbox li"))));
    assert.equal((await emulator.tokenRequests()).length, 1);
    await visitor.browser.open(address);
    await visitor.sees(() => document.querySelector("connect-outlook:not([state=connected])"));
  });

  story("declines, is told so, and connects after all", async (visitor, emulator) => {
    await visitor.leaves();
    await visitor.saysNo("Permissions requested");
    await visitor.reads("Nothing was connected");
    assert.deepEqual(await emulator.tokenRequests(), []);
    await visitor.leaves();
    await visitor.saysYes();
    await visitor.seesInbox();
  });

  story("connects in a window of its own, and the page stays where it is", async (visitor) => {
    const { browser } = visitor;
    await browser.ask(() => (document.querySelector("connect-outlook").setAttribute("mode", "popup"), (window.stayed = true)));
    await visitor.presses("Connect Outlook");
    await visitor.waits("a window", async () => (await browser.windows()) === 2);
    await browser.switchOver();
    await visitor.waits("Microsoft", visitor.isAway);
    await visitor.saysYesInWindow();
    await browser.switchOver();
    await visitor.seesInbox();
    assert.ok(await browser.ask(() => window.stayed));
  });

  function story(title, tell) {
    test(`in ${name} a visitor ${title}`, { timeout: LONGEST_MS }, async () => {
      const site = await Site.start({ https });
      for (const path of ["/", "/outlook-callback"]) site.show(path, PAGE);
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
}
