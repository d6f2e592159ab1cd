// Hands that have no mouse.

import assert from "node:assert/strict";

/** Presses Tab until `locator` has the focus, and sees where the focus is. */
export async function tabTo(page, locator) {
  for (let presses = 0; !(await hasFocus(locator)); presses += 1) {
    assert.ok(presses < MOST_TABS, `Tab never reaches ${locator}`);
    await page.keyboard.press("Tab");
  }
  assert.ok(await locator.evaluate(showsFocus), `${locator} does not show that it has the focus`);
}

/** Whether the focus is on this element, in a shadow root or not. */
export const hasFocus = async (locator) => (await locator.count()) > 0 && locator.first().evaluate((element) => element.getRootNode().activeElement === element);

// The ring may be drawn by an ancestor that wraps the element tightly.
function showsFocus(element) {
  const drawn = (candidate) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(candidate);
    return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
  };
  return element.matches(":focus-visible") && (drawn(element) || drawn(element.parentElement ?? element));
}

const MOST_TABS = 80;
