// Without a mouse, with a screen reader, on a small screen, in the dark.

import assert from "node:assert/strict";

import { violations } from "../src/axe.js";
import { hasFocus, tabTo } from "../src/keyboard.js";
import { story } from "../src/world.js";

story("the whole way goes by keyboard alone", async (world) => {
  const visitor = await world.visitor();
  const { page } = visitor;
  await visitor.open();
  await tabTo(page, visitor.connectButton());
  await visitor.pressing(() => page.keyboard.press("Enter"));
  while (visitor.isAway()) {
    await tabTo(page, page.locator("[data-primary]"));
    await visitor.pressing(() => page.keyboard.press("Enter"));
  }
  await visitor.seesMail();

  const rows = visitor.see("message").getByRole("button");
  await tabTo(page, rows.first());
  await page.keyboard.press("ArrowDown");
  assert.ok(await hasFocus(rows.nth(1)), "the arrow key moves to the next message");
  await page.keyboard.press("Enter");
  await visitor.see("message-body").waitFor();
  await page.keyboard.press("Escape");
  await visitor.see("message-body").waitFor({ state: "detached" });
  assert.ok(await hasFocus(rows.nth(1)), "the focus returns to the message that was open");

  await tabTo(page, visitor.see("jump"));
  await page.keyboard.press("Enter");
  await page.locator('[data-kind="token_refreshed"]').first().waitFor();
  await visitor.seesMail();
  await tabTo(page, visitor.see("disconnect"));
  await page.keyboard.press("Space");
  await visitor.connectButton().waitFor();
});

story("everything that can be pressed has a name, and what happens is announced", async (world) => {
  const visitor = await world.visitor();
  for await (const state of states(visitor)) {
    assert.deepEqual(await nameless(visitor.page), [], state);
  }
  const notice = visitor.see("notice");
  assert.ok(["status", "alert"].includes(await notice.getAttribute("role")) || (await notice.getAttribute("aria-live")));
});

for (const [name, options] of [
  ["in the light", { colorScheme: "light" }],
  ["in the dark", { colorScheme: "dark" }],
  ["in forced colours", { forcedColors: "active" }],
  ["at 200 %", { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 }],
]) {
  story(`nothing is wrong by WCAG 2.2 A and AA ${name}`, async (world) => {
    const visitor = await world.visitor(options);
    for await (const state of states(visitor)) {
      assert.deepEqual(await violations(visitor.page), [], state);
    }
  });
}

story("nothing moves sideways on a screen of 360 pixels", async (world) => {
  const visitor = await world.visitor({ viewport: { width: 360, height: 720 }, hasTouch: true, isMobile: true });
  for await (const state of states(visitor)) {
    const [needed, given] = await visitor.page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
    assert.ok(given <= 360 && needed <= given, `${state}: ${needed} pixels wide, window ${given}`);
  }
});

story("the page follows the visitor's choice of light or dark", async (world) => {
  const brightness = async (colorScheme) => {
    const visitor = await world.visitor({ colorScheme });
    await visitor.open();
    const colour = await visitor.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
    return (red + green + blue) / 3;
  };
  const [light, dark] = [await brightness("light"), await brightness("dark")];
  assert.ok(light > 190 && dark < 65, `light ${light}, dark ${dark}`);
});

story("somebody who asked for less motion gets none", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.connect();
  const moving = await visitor.page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length);
  assert.equal(moving, 0);
});

/** Every state of the page and of Microsoft's pages, one after another. */
async function* states(visitor) {
  await visitor.open();
  yield "welcome";
  await visitor.leave();
  while (visitor.isAway()) {
    yield `Microsoft: ${await visitor.page.title()}`;
    await visitor.pressing(() => visitor.page.locator("[data-primary]").click());
  }
  await visitor.seesMail();
  yield "inbox";
  await visitor.see("message").first().getByRole("button").click();
  await visitor.see("message-body").waitFor();
  yield "message";
  await visitor.page.keyboard.press("Escape");
  await visitor.jumpAnHour();
  yield "an hour later";
  await visitor.see("disconnect").click();
  await visitor.connectButton().waitFor();
  yield "disconnected";
  await visitor.pressing(() => visitor.see("decline").click());
  await visitor.sayNo("Permissions requested");
  await visitor.startAgain().waitFor();
  yield "declined";
}

/** Things to press or fill in that a screen reader could not name. */
async function nameless(page) {
  const devtools = await page.context().newCDPSession(page);
  const { nodes } = await devtools.send("Accessibility.getFullAXTree");
  await devtools.detach();
  const pressable = nodes.filter(({ ignored, role }) => !ignored && PRESSABLE.has(role?.value));
  return pressable.filter(({ name }) => !name?.value?.trim()).map(({ role, nodeId }) => `${role.value} ${nodeId}`);
}

const PRESSABLE = new Set(["button", "link", "textbox", "checkbox", "radio", "combobox", "menuitem", "tab", "switch", "image"]);
