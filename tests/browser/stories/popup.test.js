// Connecting through a window of its own: the page stays where it is, and hears the end of it whatever happens to the window.

import assert from "node:assert/strict";

import { story } from "../src/world.js";

story("a visitor connects in a window, and the page never leaves", async (world) => {
  const visitor = await inWindow(world);
  const microsoft = await opens(visitor);
  await microsoft.sayYes();
  await visitor.seesMail();
  assert.equal(visitor.context.pages().length, 1, "the window is closed");
  const stores = await visitor.page.evaluate(() => sessionStorage.length + localStorage.length);
  assert.equal(stores, 0, "the verifier stayed in memory");
  const [{ form }] = await world.emulator.tokenRequests();
  const sightings = await visitor.witness.sightings();
  const sent = sightings.filter(({ text }) => text.includes(form.code_verifier));
  assert.deepEqual(sent.map(({ where }) => where), ["request body"]);
});

story("a visitor who declines in the window is told so on the page", async (world) => {
  const visitor = await inWindow(world, { prompt: "consent" });
  const microsoft = await opens(visitor);
  await microsoft.sayNo("Permissions requested");
  await visitor.startAgain().waitFor();
  assert.equal(visitor.context.pages().length, 1);
  assert.deepEqual(await world.emulator.tokenRequests(), []);
});

story("a window that is closed is told within two seconds, and the next one works", async (world) => {
  const visitor = await inWindow(world);
  const microsoft = await opens(visitor);
  await microsoft.page.close();
  const closed = Date.now();
  await visitor.see("notice").getByText("The sign-in window was closed").waitFor();
  assert.ok(Date.now() - closed < 2_000, `${Date.now() - closed} ms`);
  const again = await opens(visitor);
  await again.sayYes();
  await visitor.seesMail();
});

story("a visitor who gives up on the page closes the window with it", async (world) => {
  const visitor = await inWindow(world);
  await opens(visitor);
  await visitor.page.getByRole("button", { name: "Cancel", exact: true }).click();
  await visitor.page.locator("connect-outlook[state=idle]").waitFor();
});

story("fifty rapid clicks open one window and start one attempt", async (world) => {
  const visitor = await inWindow(world);
  const opened = [];
  visitor.context.on("page", (page) => opened.push(page));
  const arrived = visitor.context.waitForEvent("page");
  await visitor.page.evaluate(() => {
    const button = document.querySelector("connect-outlook").shadowRoot.querySelector("button");
    for (let click = 0; click < 50; click += 1) button.click();
  });
  const microsoft = visitor.at(await arrived);
  await microsoft.page.waitForURL(`${world.demo.emulator.origin}/**`);
  await microsoft.sayYes();
  await visitor.seesMail();
  assert.equal(opened.length, 1);
  const starts = (await visitor.witness.sightings()).filter(({ where, url }) => where === "request body" && url.endsWith("/v1/attempts"));
  assert.equal(starts.length, 1);
});

story("two tabs, each with a window of its own, both connect, whichever comes back first", async (world) => {
  for (const order of [[0, 1], [1, 0]]) {
    const visitor = await inWindow(world);
    const second = await visitor.tab();
    await opened(second);
    const tabs = [visitor, second];
    const windows = [await opens(visitor), await opens(second)];
    for (const one of order) {
      await windows[one].sayYes();
      await tabs[one].seesMail();
    }
    await world.forget(visitor);
  }
  assert.equal((await world.emulator.tokenRequests()).length, 4);
});

story("a page that was loaded again does not take the window's answer, and says so in the window", async (world) => {
  const visitor = await inWindow(world);
  const microsoft = await opens(visitor);
  await visitor.page.reload();
  await visitor.connectButton().waitFor();
  await microsoft.sayYes();
  await microsoft.startAgain().waitFor();
  assert.deepEqual(await world.emulator.tokenRequests(), []);
  await microsoft.connect();
});

story("a blocked window falls back to leaving the page", async (world) => {
  const visitor = await inWindow(world);
  await visitor.page.evaluate(() => (window.open = () => null));
  await visitor.leave();
  await visitor.sayYes();
  await visitor.seesMail();
});

/** A visitor at the demo whose button opens a window. */
async function inWindow(world, attributes = {}) {
  const visitor = await world.visitor();
  await opened(visitor, attributes);
  return visitor;
}

async function opened(visitor, attributes = {}) {
  await visitor.open();
  await visitor.page.evaluate((attributes) => {
    const element = document.querySelector("connect-outlook");
    // The demo's page isolates itself (COOP), so its windows are cut off at once. Playwright gives every page the focus;
    // in a browser the window has it until it is closed.
    const { hasFocus } = document;
    document.hasFocus = () => hasFocus.call(document) && !window.visitorIsInWindow;
    for (const [name, value] of Object.entries({ mode: "popup", ...attributes })) element.setAttribute(name, value);
  }, attributes);
}

/** Presses the button; answers the same person in the window, when Microsoft's page is there. */
async function opens(visitor) {
  const arrived = visitor.context.waitForEvent("page");
  await visitor.page.evaluate(() => (window.visitorIsInWindow = true));
  await visitor.connectButton().click();
  const page = await arrived;
  page.on("close", () => visitor.page.evaluate(() => (window.visitorIsInWindow = false)).catch(() => {}));
  await page.waitForURL(`${visitor.demo.emulator.origin}/**`);
  return visitor.at(page);
}
