// Several things at once: two tabs, each with a flow of its own, and fingers faster than any page.

import assert from "node:assert/strict";

import { openInWindow, opensWindow } from "../src/windows.js";
import { story } from "../src/world.js";

for (const flows of [["redirect", "redirect"], ["redirect", "window"], ["window", "window"]]) {
  for (const [out, back] of interleavings(flows)) {
    const told = (order) => order.map((tab) => ["first", "second"][tab]).join(", then ");
    story(`two tabs, by ${flows.join(" and by ")}, both connect: out ${told(out)}, back ${told(back)}`, async (world) => {
      const visitor = await world.visitor();
      const tabs = [visitor, await visitor.tab()];
      for (const tab of [0, 1]) await (flows[tab] === "window" ? openInWindow(tabs[tab]) : tabs[tab].open());
      const away = [];
      for (const tab of out) away[tab] = flows[tab] === "window" ? await opensWindow(tabs[tab]) : (await tabs[tab].leave(), tabs[tab]);
      for (const tab of back) {
        await away[tab].sayYes();
        await tabs[tab].seesMail();
      }
      assert.equal((await world.emulator.tokenRequests()).length, 2);
      assert.equal(visitor.context.pages().length, 2, "windows are closed");
    });
  }
}

story("fifty rapid clicks leave the page once and start one attempt", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.pressing(() =>
    visitor.page.evaluate(() => {
      const button = document.querySelector("connect-outlook").shadowRoot.querySelector("button");
      for (let click = 0; click < 50; click += 1) button.click();
    }),
  );
  assert.ok(visitor.isAway());
  await visitor.sayYes();
  await visitor.seesMail();
  const starts = (await visitor.witness.sightings()).filter(({ where, url }) => where === "request body" && url.endsWith("/v1/attempts"));
  assert.equal(starts.length, 1);
  assert.equal((await world.emulator.tokenRequests()).length, 1);
});

/** In which order tabs may leave and come back; tabs that go the same way may change places. */
function interleavings([first, second]) {
  const orders = [[0, 1], [1, 0]];
  const outs = first === second ? [orders[0]] : orders;
  return outs.flatMap((out) => orders.map((back) => [out, back]));
}
