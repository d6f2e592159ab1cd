// Pictures of the page in its states, for people to look at: `target/screenshots/`. The README's own picture is only
// replaced when `UPDATE_PICTURES` asks for it.

import assert from "node:assert/strict";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { ROOT } from "../src/demo.js";
import { story } from "../src/world.js";

const SIZES = { narrow: { width: 390, height: 844 }, wide: { width: 1280, height: 900 } };

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ["light", "dark"]) {
    story(`the page in its states, ${size} and ${colorScheme}`, async (world) => {
      const visitor = await world.visitor({ viewport, colorScheme });
      const taken = [];
      await walk(visitor, async (state) => {
        const path = join(ROOT, "target/screenshots", `${state}-${size}-${colorScheme}.png`);
        await visitor.page.screenshot({ path, fullPage: true });
        taken.push(path);
      });
      for (const path of taken) assert.ok((await stat(path)).size > 5_000, path);
    });
  }
}

story("the picture of the README", async (world) => {
  const visitor = await world.visitor({ viewport: SIZES.wide, colorScheme: "light", deviceScaleFactor: 1.5 });
  await visitor.open();
  await visitor.connect();
  await visitor.jumpAnHour();
  await visitor.see("message").nth(1).getByRole("button").click();
  await visitor.see("message-body").waitFor();
  const path = process.env.UPDATE_PICTURES ? join(ROOT, "docs/demo.png") : join(ROOT, "target/screenshots/readme.png");
  await visitor.page.screenshot({ path });
  assert.ok((await stat(path)).size > 20_000);
});

async function walk(visitor, picture) {
  await mkdir(join(ROOT, "target/screenshots"), { recursive: true });
  await visitor.open();
  await picture("1-welcome");
  await visitor.leave();
  for (let page = 1; visitor.isAway(); page += 1) {
    await picture(`2-microsoft-${page}`);
    await visitor.pressing(() => visitor.page.locator("[data-primary]").click());
  }
  await visitor.seesMail();
  await picture("3-inbox");
  await visitor.see("message").nth(1).getByRole("button").click();
  await visitor.see("message-body").waitFor();
  await picture("4-message");
  await visitor.page.keyboard.press("Escape");
  await visitor.jumpAnHour();
  await picture("5-an-hour-later");
  await visitor.see("disconnect").click();
  await visitor.connectButton().waitFor();
  await picture("6-disconnected");
  await visitor.pressing(() => visitor.see("decline").click());
  await visitor.sayNo("Permissions requested");
  await visitor.startAgain().waitFor();
  await picture("7-declined");
}
