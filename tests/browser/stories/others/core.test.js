// The core stories in Firefox and in WebKit, at a site as integrators run it.

import assert from "node:assert/strict";

import { ENGINES, story } from "../../src/abroad.js";

for (const engine of ENGINES) {
  story(engine, "connects by leaving the page, reads the mail, finds it again, and disconnects", async (visitor, emulator) => {
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

  story(engine, "declines, is told so, and connects after all", async (visitor, emulator) => {
    await visitor.leaves();
    await visitor.saysNo("Permissions requested");
    await visitor.reads("Nothing was connected");
    assert.deepEqual(await emulator.tokenRequests(), []);
    await visitor.leaves();
    await visitor.saysYes();
    await visitor.seesInbox();
  });

  story(engine, "connects in a window of its own, and the page stays where it is", async (visitor) => {
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
}
