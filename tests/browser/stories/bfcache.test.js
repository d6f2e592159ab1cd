// Back from Microsoft by the browser's own button, into a page that was never unloaded: nothing of it is stuck.

import assert from "node:assert/strict";

import { Site } from "../src/site.js";
import { story } from "../src/world.js";

const PAGE = '<main><h1>A page</h1><connect-outlook></connect-outlook><ol id="inbox"></ol></main><script type="module" src="/page.js"></script>';

restored("a page that comes back to life says so, and connects at the next press", async (world, visitor) => {
  const { page } = visitor;
  await isBackAlive(visitor);
  await page.locator("connect-outlook[state=idle]").waitFor();
  await page.getByText("You came back before the sign-in was finished.").waitFor();
  assert.deepEqual(await page.evaluate(() => window.ends), ["cancelled came_back"]);
  assert.deepEqual(await world.leaks(), [], "the search reads pages that came back to life");

  await visitor.leave();
  await visitor.sayYes();
  await page.locator("#inbox li").nth(9).waitFor();
  assert.equal((await world.emulator.tokenRequests()).length, 1);
});

restored("a visitor who goes forward again still connects", async (world, visitor) => {
  await isBackAlive(visitor);
  await visitor.page.locator("connect-outlook[state=idle]").waitFor();
  await visitor.page.goForward({ waitUntil: "commit" });
  await visitor.page.waitForURL(`${world.emulator.origin}/**`, { waitUntil: "commit" });
  await visitor.page.locator("[data-primary]").waitFor();
  await visitor.sayYes();
  await visitor.page.locator("#inbox li").nth(9).waitFor();
});

/** A visitor who went to Microsoft by the button and came back by the browser's. */
function restored(title, tell) {
  const there = async (world) => {
    for (const path of ["/", "/outlook-callback"]) world.demo.show(path, PAGE, { "cache-control": "max-age=0" });
    const visitor = await world.visitor();
    await visitor.open();
    await visitor.page.evaluate(() => {
      window.born = Math.random();
      window.ends = [];
      addEventListener("pageshow", ({ persisted }) => (window.persisted = persisted));
      document.addEventListener("connect-outlook:outcome", ({ detail }) => window.ends.push(`${detail.status} ${detail.code}`));
    });
    await tell(world, visitor);
  };
  story(title, there, Site, { backForwardCache: true });
}

// Proves that it was the same document, or the story would be about an ordinary load.
async function isBackAlive(visitor) {
  const { page } = visitor;
  const born = await page.evaluate(() => window.born);
  await visitor.leave();
  // No document is loaded, so there is no more to wait for.
  await page.goBack({ waitUntil: "commit" });
  await page.waitForFunction(() => window.persisted === true);
  assert.equal(await page.evaluate(() => window.born), born);
}
