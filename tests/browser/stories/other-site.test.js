// A page whose backend is at another site: it holds the session itself, by redirect and in a window.

import assert from "node:assert/strict";

import { isInHeadersAlone } from "../src/handles.js";
import { Site } from "../src/site.js";
import { story } from "../src/world.js";

const page = (api, attributes) =>
  `<main><h1>A page</h1><connect-outlook backend="${api}/outlook" ${attributes}></connect-outlook><ol id="inbox"></ol></main><script type="module" src="/page.js"></script>`;

for (const [place, survives] of [["tab", true], ["memory", false]]) {
  apart(`a page holds the session of another site's backend in ${place === "tab" ? "its tab" : "memory"}`, `session="${place}"`, async (world, visitor) => {
    await visitor.leave();
    await visitor.sayYes();
    await seesInbox(visitor);
    assert.equal(visitor.page.url(), world.demo.address);
    const cookies = await visitor.context.cookies([world.demo.origin, world.demo.api]);
    assert.deepEqual(cookies.filter(({ name }) => name.startsWith("__Host-")), [], "no cookie of ours");
    await isInHeadersAlone(visitor, survives ? ["session storage"] : []);

    await visitor.page.reload();
    if (!survives) return visitor.connectButton().waitFor();
    await seesInbox(visitor);
    await visitor.page.getByRole("button", { name: "Disconnect" }).click();
    await visitor.connectButton().waitFor();
    assert.equal(await visitor.page.evaluate(() => sessionStorage.length), 0);
  });
}

apart("a window of such a page connects as well", 'session="memory" mode="popup"', async (world, visitor) => {
  const arrived = visitor.context.waitForEvent("page");
  await visitor.connectButton().click();
  const microsoft = visitor.at(await arrived);
  await microsoft.page.waitForURL(`${world.emulator.origin}/**`);
  await microsoft.sayYes();
  await seesInbox(visitor);
  assert.equal(visitor.context.pages().length, 1);
  await isInHeadersAlone(visitor, []);
});

/** A visitor at a page whose backend is elsewhere, and names the page's origin. */
function apart(title, attributes, tell) {
  const there = async (world) => {
    const { origin, api } = world.demo;
    const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self' ${api}; img-src data:; base-uri 'none'`;
    for (const path of ["/", "/outlook-callback"]) world.demo.show(path, page(api, attributes), policy);
    assert.notEqual(new URL(origin).hostname, new URL(api).hostname);
    const visitor = await world.visitor();
    await visitor.open();
    await tell(world, visitor);
  };
  const settings = ({ origin }) => ({ BEARER_ORIGINS: origin, REDIRECT_URI: `${origin}/outlook-callback` });
  story(title, there, { start: () => Site.start({ apart: true, settings }) });
}

async function seesInbox(visitor) {
  await visitor.page.getByText("ada@contoso.example").waitFor();
  await visitor.page.locator("#inbox li").nth(9).waitFor();
}
