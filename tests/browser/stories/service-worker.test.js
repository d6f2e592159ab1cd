// A page whose service worker sees every request and every answer of the site, and keeps what it can: no token is in any.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { Site } from "../src/site.js";
import { story } from "../src/world.js";

const RECORDER = fileURLToPath(new URL("../src/recorder.js", import.meta.url));
const PAGE = '<main><h1>A page</h1><connect-outlook></connect-outlook><ol id="inbox"></ol></main><script type="module" src="/page.js"></script>';

watched("a service worker that sees everything sees no token, and the search reads all that it kept", async (world, visitor) => {
  await visitor.leave();
  await visitor.sayYes();
  await visitor.page.locator("#inbox li").nth(9).waitFor();
  const [{ answer, form }] = await world.emulator.tokenRequests();
  assert.deepEqual(await world.leaks(), []);

  // The worker was there: what it may see of the sign-in passed it, and was found where it belongs.
  const kept = await visitor.page.evaluate(async () => (await caches.open("kept")).keys().then((keys) => keys.map(({ url }) => new URL(url).pathname)));
  assert.ok(["/", "/sdk/element.js", "/outlook/v1/session"].every((path) => kept.includes(path)), kept.join());
  const seen = await notes(visitor);
  const holds = (value) => [...new Set(seen.filter(({ text }) => text.includes(value)).map(({ where, url }) => `${where} ${new URL(url).pathname}`))];
  assert.deepEqual(holds(form.code_verifier), ["request body /outlook/v1/sessions"]);

  // And the search finds what it looks for there.
  for (const [place, put] of [
    ["caches", (token) => caches.open("kept").then((cache) => cache.put("/x", new Response(token)))],
    ["answer body", (token) => caches.open("seen-by-worker").then((cache) => cache.put("/x", new Response(JSON.stringify([{ where: "answer body", url: location.href, text: token }]))))],
  ]) {
    await visitor.page.evaluate(put, answer.access_token);
    const leaks = await world.leaks();
    assert.ok(leaks.some((leak) => leak.startsWith(`a access_token in ${place} `)), `${place}: ${leaks}`);
  }
  await world.forget(visitor);
});

watched("behind a service worker a window connects as well", async (world, visitor) => {
  await visitor.page.evaluate(() => document.querySelector("connect-outlook").setAttribute("mode", "popup"));
  const arrived = visitor.context.waitForEvent("page");
  await visitor.connectButton().click();
  const microsoft = visitor.at(await arrived);
  await microsoft.page.waitForURL(`${world.emulator.origin}/**`);
  await microsoft.sayYes();
  await visitor.page.locator("#inbox li").nth(9).waitFor();
  assert.ok((await notes(visitor)).some(({ url }) => url.endsWith("/v1/sessions")));
});

/** A visitor at a page whose worker is in charge. */
function watched(title, tell) {
  const there = async (world) => {
    for (const path of ["/", "/outlook-callback"]) world.demo.show(path, PAGE);
    world.demo.serve("/worker.js", RECORDER);
    const visitor = await world.visitor();
    await visitor.open();
    await visitor.page.evaluate(async () => {
      const inCharge = new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
      await navigator.serviceWorker.register("/worker.js");
      await inCharge;
    });
    await visitor.open();
    await tell(world, visitor);
  };
  story(title, there, Site);
}

const notes = ({ page }) =>
  page.evaluate(async () => {
    const cache = await caches.open("seen-by-worker");
    const all = await Promise.all((await cache.keys()).map(async (request) => (await cache.match(request)).json()));
    return all.flat();
  });
