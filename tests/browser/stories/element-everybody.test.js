// Every state of the element, for people who use no mouse, do not see the screen, see it enlarged, or in colours of their own.

import assert from "node:assert/strict";

import { violations } from "../src/axe.js";
import { hasFocus, tabTo } from "../src/keyboard.js";
import { BUTTON, STATES, shown } from "../src/states.js";
import { story } from "../src/world.js";

for (const [name, options, language] of [
  ["in the dark", { colorScheme: "dark" }],
  ["in forced colours", { forcedColors: "active" }],
  ["right to left", {}, "ar"],
  ["at 200 %", { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 }],
  ["at 400 %", { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 }],
]) {
  story(`${name}, no state has a finding by WCAG 2.2 A and AA, and nothing is cut off`, async (world) => {
    const visitor = await world.visitor(options);
    for (const state of STATES) {
      const { page } = await shown(visitor, state, { language });
      assert.deepEqual(await violations(page), [], state);
      assert.deepEqual(await page.evaluate(cutOff), [], state);
    }
  });
}

story("every state can be used by keyboard alone, and the focus stays where it is", async (world) => {
  const visitor = await world.visitor();
  for (const [state, then] of Object.entries(AFTERWARDS)) {
    const { page } = await shown(visitor, state);
    const button = page.locator("connect-outlook").getByRole("button").first();
    await tabTo(page, button);
    await page.keyboard.press(state === "connected" ? "Space" : "Enter");
    await page.locator(`connect-outlook[state=${then}]`).waitFor();
    assert.ok(await hasFocus(button), `${state}: the focus is lost`);
  }
});

story("while a window is open, Cancel is the next thing for the keyboard", async (world) => {
  const visitor = await world.visitor();
  const { page } = await shown(visitor, "connecting");
  await tabTo(page, page.getByRole("button", { name: BUTTON.connecting }));
  await page.keyboard.press("Tab");
  assert.ok(await hasFocus(page.getByRole("button", { name: "Cancel" })));
});

story("a screen reader hears the button's name, its state, and what happened", async (world) => {
  const visitor = await world.visitor();
  for (const state of STATES) {
    const { page } = await shown(visitor, state);
    const heard = await page.locator("connect-outlook").ariaSnapshot();
    const disabled = state === "connecting" ? " [disabled]" : "";
    assert.ok(heard.includes(`- button "${BUTTON[state]}"${disabled}`), `${state}:\n${heard}`);
    // What stands there from the start is not announced, and an alert would interrupt.
    if (state !== "idle") assert.match(heard, HEARD[state], state);
    assert.doesNotMatch(heard, /img|alert/, state);
  }
});

story("what happens is put into a region that listens already", async (world) => {
  const visitor = await world.visitor();
  const { page } = await shown(visitor, "connected");
  const region = await page.getByRole("status").elementHandle();
  await page.getByRole("button", { name: "Disconnect" }).click();
  await page.locator("connect-outlook[state=idle]").waitFor();
  await page.getByRole("button", { name: "Connect Outlook" }).click();
  await page.locator("connect-outlook[state=connected]").waitFor();
  assert.ok(await region.evaluate((node) => node.isConnected && node.textContent.includes("Ada Lovelace")));
});

story("in forced colours the button keeps an edge, and Microsoft's mark its colours", async (world) => {
  const visitor = await world.visitor({ forcedColors: "active" });
  const { page } = await shown(visitor, "idle");
  const seen = await page.evaluate(() => {
    const { shadowRoot } = document.querySelector("connect-outlook");
    const { borderTopStyle, borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(shadowRoot.querySelector("button"));
    const fills = [...shadowRoot.querySelectorAll("path")].map((path) => getComputedStyle(path).fill);
    return { edge: borderTopStyle === "solid" && parseFloat(borderTopWidth) >= 1 && borderTopColor !== backgroundColor, fills };
  });
  assert.deepEqual(seen, { edge: true, fills: ["rgb(242, 80, 34)", "rgb(127, 186, 0)", "rgb(0, 164, 239)", "rgb(255, 185, 0)"] });
});

/** What is wider than its place, or outside of the page. Runs in the page. */
function cutOff() {
  const { shadowRoot } = document.querySelector("connect-outlook");
  const seen = [...shadowRoot.querySelectorAll("button, [part=status], [part=label]")].filter((element) => element.checkVisibility() && element.textContent);
  const outside = seen.filter((element) => {
    const { left, right } = element.getBoundingClientRect();
    return left < 0 || right > innerWidth || (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1);
  });
  const wide = document.scrollingElement.scrollWidth > innerWidth ? ["the page moves sideways"] : [];
  return [...wide, ...outside.map((element) => `${element.getAttribute("part")}: ${element.textContent}`)];
}

const AFTERWARDS = { idle: "connected", connected: "idle", needs_user: "connected", needs_admin: "connected", blocked: "connected", offline: "connected" };

const HEARD = {
  connecting: /- status: Finish signing in in the other window\./,
  connected: /- status: Ada Lovelace ada@contoso\.example/,
  needs_user: /- status: Microsoft asks you to sign in again\./,
  needs_admin: /- status: An administrator of your organisation has to agree first\./,
  blocked: /- status: A rule of your organisation does not allow this\./,
  offline: /- status: Microsoft's sign-in service does not answer/,
};
