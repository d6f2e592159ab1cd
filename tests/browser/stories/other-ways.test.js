// Pages of somebody else's making: with routers, with a callback page of its own, in frames.

import assert from "node:assert/strict";

import { serve, serveScript } from "../src/pages.js";
import { story } from "../src/world.js";

const ELEMENT = '<script type="module" src="/sdk/element.js"></script><connect-outlook></connect-outlook>';

for (const [kind, deep] of [["path", "/shop/inbox?open=7"], ["hash", "/shop/#/inbox?open=7"]]) {
  story(`a router by ${kind} is back where it was`, async (world) => {
    const visitor = await world.visitor();
    const { page, demo } = visitor;
    const app = `<script type="module" src="/router.js"></script>${ELEMENT}<p id="route"></p>`;
    for (const path of ["/shop/", "/shop/inbox", "/outlook-callback"]) await serve(visitor, path, app);
    await serveScript(visitor, "/router.js", `
      const show = () => (document.querySelector("#route").textContent = ${kind === "hash" ? "location.hash" : "location.pathname + location.search"});
      for (const event of ["popstate", "hashchange"]) addEventListener(event, show);
      show();`);
    await page.goto(demo.origin + deep);
    await page.goto(await visitor.callbackAddress());
    await page.getByText("ada@contoso.example").waitFor();
    assert.equal(page.url(), demo.origin + deep);
    assert.equal(await page.locator("#route").textContent(), kind === "hash" ? "#/inbox?open=7" : "/shop/inbox?open=7");
  });
}

for (const mode of ["redirect", "popup"]) {
  story(`a callback page of its own leads back, by ${mode}`, async (world) => {
    const visitor = await world.visitor();
    const { page, demo } = visitor;
    await serve(visitor, "/shop", ELEMENT.replace("<connect-outlook>", `<connect-outlook mode="${mode}">`));
    const callback = '<script type="module" src="/sdk/callback.js"></script><p role="status" data-connect-outlook-callback data-closed="You can close this window.">…</p>';
    await serve(visitor, "/outlook-callback", callback);
    await page.goto(`${demo.origin}/shop?item=3`);
    if (mode === "redirect") {
      await page.goto(await visitor.callbackAddress());
    } else {
      const arrived = visitor.context.waitForEvent("page");
      await visitor.connectButton().click();
      const microsoft = visitor.at(await arrived);
      await microsoft.page.waitForURL(`${demo.emulator.origin}/**`);
      const back = await microsoft.holdCallback(() => {});
      const closed = microsoft.page.waitForEvent("close");
      // It may close before it has loaded.
      await microsoft.page.goto(back).catch(() => {});
      await closed;
    }
    await page.getByText("ada@contoso.example").waitFor();
    assert.equal(page.url(), `${demo.origin}/shop?item=3`);
    assert.equal((await world.emulator.tokenRequests()).length, 1);
    assert.equal(await page.evaluate(() => history.state?.connectOutlook), undefined, "the outcome was told once");
  });
}

story("in a frame of the same site the button opens a window by itself", async (world) => {
  const visitor = await world.visitor();
  const { page, demo } = visitor;
  await serve(visitor, "/inside", ELEMENT);
  await serve(visitor, "/outside", '<iframe src="/inside" title="inside"></iframe>');
  await page.goto(`${demo.origin}/outside`);
  const frame = page.frameLocator("iframe");
  const arrived = visitor.context.waitForEvent("page");
  await frame.getByRole("button", { name: "Connect Outlook" }).click();
  const microsoft = visitor.at(await arrived);
  await microsoft.page.waitForURL(`${demo.emulator.origin}/**`);
  await microsoft.sayYes();
  await frame.getByText("ada@contoso.example").waitFor();
});

story("one script tag is enough", async (world) => {
  const visitor = await world.visitor();
  const { page, demo } = visitor;
  await serve(visitor, "/one", '<script src="/sdk/connect-outlook.js"></script><connect-outlook></connect-outlook>');
  await page.goto(`${demo.origin}/one`);
  await visitor.leave();
  await page.waitForURL(`${demo.emulator.origin}/**`);
  await visitor.sayYes();
  await visitor.seesMail();
  await page.goto(`${demo.origin}/one`);
  await page.getByText("ada@contoso.example").waitFor();
  const { messages } = await page.evaluate(() => window.ConnectOutlook.createOutlook({ backend: "/outlook" }).mail.messages({ limit: 3 }));
  assert.equal(messages.length, 3);
});
