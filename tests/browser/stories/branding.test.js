// The button beside Microsoft's branding guidelines for sign-in ("Sign in with Microsoft", the redlines of its assets): the
// mark of four squares of 9 with 1 between, 12 around it, 41 high, Segoe UI semibold of 15, their colours.

import assert from "node:assert/strict";

import { serve } from "../src/pages.js";
import { shown } from "../src/states.js";
import { story } from "../src/world.js";

const LIGHT = { background: "rgb(255, 255, 255)", border: "rgb(140, 140, 140)", text: "rgb(94, 94, 94)" };
const DARK = { background: "rgb(47, 47, 47)", border: "rgb(47, 47, 47)", text: "rgb(255, 255, 255)" };
const SQUARES = [
  ["rgb(242, 80, 34)", 13, 11],
  ["rgb(127, 186, 0)", 23, 11],
  ["rgb(0, 164, 239)", 13, 21],
  ["rgb(255, 185, 0)", 23, 21],
];

for (const [colorScheme, colours] of [["light", LIGHT], ["dark", DARK]]) {
  story(`the button has the measures and colours of Microsoft's own: ${colorScheme}`, async (world) => {
    const visitor = await world.visitor({ colorScheme });
    const { page } = await shown(visitor, "idle", { attributes: 'label="Sign in with Microsoft"' });
    const found = await page.evaluate(measured);
    assert.deepEqual(found.colours, colours);
    assert.deepEqual(found.font, { family: '"Segoe UI", system-ui, sans-serif', size: "15px", weight: "600" });
    assert.deepEqual([found.height, found.radius, found.gap, found.after], [41, "0px", 12, 13]);
    assert.deepEqual(found.squares, SQUARES.map(([fill, x, y]) => ({ fill, x, y, width: 9, height: 9 })));
    await page.getByRole("button", { name: "Sign in with Microsoft" }).waitFor();
  });
}

story("the form inside has the same height and its text the same place, before the script is there", async (world) => {
  const visitor = await world.visitor();
  const form = '<form method="post" action="/outlook/v1/connect"><button>Connect Outlook</button></form>';
  await serve(visitor, "/early", `<link rel="stylesheet" href="/sdk/connect-outlook.css"><connect-outlook>${form}</connect-outlook>`);
  await visitor.page.goto(`${visitor.demo.origin}/early`);
  const place = () => {
    const element = document.querySelector("connect-outlook");
    const button = (element.shadowRoot ?? element).querySelector("button");
    const text = (element.shadowRoot?.querySelector("[part=label]") ?? button).firstChild;
    const range = document.createRange();
    range.selectNodeContents(text);
    const [box, words] = [button, range].map((one) => one.getBoundingClientRect());
    return [box.height, box.width, words.left - box.left, words.top - box.top].map(Math.round);
  };
  const early = await visitor.page.evaluate(place);
  await visitor.page.evaluate(() => import("/sdk/element.js"));
  assert.deepEqual(early, await visitor.page.evaluate(place));
});

/** Runs in the page. Places are those from the button's own corner. */
function measured() {
  const { shadowRoot } = document.querySelector("connect-outlook");
  const [button, label, mark] = ["[part=button]", "[part=label]", "[part=mark]"].map((part) => shadowRoot.querySelector(part));
  const box = button.getBoundingClientRect();
  const look = getComputedStyle(button);
  const at = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { fill: getComputedStyle(element).fill, x: Math.round(x - box.x), y: Math.round(y - box.y), width: Math.round(width), height: Math.round(height) };
  };
  return {
    colours: { background: look.backgroundColor, border: look.borderTopColor, text: look.color },
    font: { family: look.fontFamily, size: look.fontSize, weight: look.fontWeight },
    height: box.height,
    radius: look.borderRadius,
    gap: Math.round(label.getBoundingClientRect().left - mark.getBoundingClientRect().right),
    after: Math.round(box.right - label.getBoundingClientRect().right),
    squares: [...mark.querySelectorAll("path")].map(at),
  };
}
