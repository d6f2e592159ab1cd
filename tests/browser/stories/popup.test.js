// Connecting through a window of its own: the page stays where it is, and hears the end of it whatever happens to the window.

import assert from "node:assert/strict";

import { openInWindow, opensWindow } from "../src/windows.js";
import { story } from "../src/world.js";

story("a visitor connects in a window, and the page never leaves", async (world) => {
  const visitor = await inWindow(world);
  const microsoft = await opensWindow(visitor);
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
  const microsoft = await opensWindow(visitor);
  await microsoft.sayNo("Permissions requested");
  await visitor.startAgain().waitFor();
  assert.equal(visitor.context.pages().length, 1);
  assert.deepEqual(await world.emulator.tokenRequests(), []);
});

story("a window that is closed is told within two seconds, and the next one works", async (world) => {
  const visitor = await inWindow(world);
  const microsoft = await opensWindow(visitor);
  await microsoft.page.close();
  const closed = Date.now();
  await visitor.see("notice").getByText("The sign-in window was closed").waitFor();
  assert.ok(Date.now() - closed < 2_000, `${Date.now() - closed} ms`);
  const again = await opensWindow(visitor);
  await again.sayYes();
  await visitor.seesMail();
});

story("a visitor who gives up on the page closes the window with it", async (world) => {
  const visitor = await inWindow(world);
  await opensWindow(visitor);
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

story("a page that was loaded again does not take the window's answer, and says so in the window", async (world) => {
  const visitor = await inWindow(world);
  const microsoft = await opensWindow(visitor);
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
  await openInWindow(visitor, attributes);
  return visitor;
}
