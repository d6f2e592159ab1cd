// The pages of the server's own that people come to from a letter: a hosted link, and what an administrator is asked. For
// people who do not see them, see them enlarged, in the dark, or on a small screen; and pictures of them to look at.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { violations } from "../src/axe.js";
import { ROOT } from "../src/demo.js";
import { hasFocus, tabTo } from "../src/keyboard.js";
import { Site } from "../src/site.js";
import { story } from "../src/world.js";

const CRM = "http://localhost:3000/outlook/done";
const settings = () => ({ COMPLETION_URLS: CRM, SITE_NAME: "Contoso CRM" });
const house = { start: () => Site.start({ settings }) };

for (const [name, options] of [
  ["wide-light", { colorScheme: "light" }],
  ["wide-dark", { colorScheme: "dark" }],
  ["narrow-light", { colorScheme: "light", viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true }],
  ["narrow-dark", { colorScheme: "dark", viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true }],
  ["forced-colours", { forcedColors: "active" }],
  ["at-400-percent", { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 }],
]) {
  story(
    `nothing is wrong by WCAG 2.2 A and AA, and nothing moves sideways: ${name}`,
    async (world) => {
      const visitor = await world.visitor(options);
      await mkdir(PICTURES, { recursive: true });
      for (const [page, url] of await pages(world)) {
        await visitor.page.goto(url);
        assert.deepEqual(await violations(visitor.page), [], page);
        const [needed, given] = await visitor.page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
        assert.ok(needed <= given, `${page}: ${needed} pixels wide, window ${given}`);
        await visitor.page.screenshot({ path: join(PICTURES, `8-${page}-${name}.png`), fullPage: true });
      }
    },
    house,
  );
}

story(
  "the button of each is reached by keyboard, and what it does is read before it",
  async (world) => {
    const visitor = await world.visitor();
    const { page } = visitor;
    for (const [name, url] of (await pages(world)).slice(0, 2)) {
      await page.goto(url);
      const button = page.getByRole("button", { name: "Continue to Microsoft" });
      await tabTo(page, button);
      assert.ok(await hasFocus(button), name);
      const read = await page.locator("main").ariaSnapshot();
      const [permission, pressed] = [read.search(/read (your|their) mail/), read.indexOf("Continue to Microsoft")];
      assert.ok(permission > 0 && permission < pressed, read);
      await visitor.pressing(() => page.keyboard.press("Enter"));
      assert.ok(visitor.isAway(), `${name}: ${page.url()}`);
    }
  },
  house,
);

/** Name and address of every such page. */
async function pages(world) {
  const key = world.demo.command(["api-keys", "new", "crm"]).trim();
  const asks = async (path, body) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const answer = await fetch(`${world.demo.origin}/outlook/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 201, await answer.clone().text());
    return (await answer.json()).url;
  };
  const link = await asks("links", { kind: "create", user: "7", success_url: CRM, failure_url: CRM });
  const consent = await asks("consent-requests", { tenant: "contoso.example" });
  const ends = ["granted", "unproven", "refused", "partial", "other_organisation", "personal", "failed", "unmatched"];
  const ended = ends.map((end) => [`consent-${end}`, `${world.demo.origin}/outlook/v1/consent/ended?as=${end}`]);
  const gone = ["link-unknown", `${world.demo.origin}/outlook/v1/open/${"A".repeat(43)}`];
  return [["hosted-link", link], ["consent", consent], ...ended, gone];
}

const PICTURES = join(ROOT, "target/screenshots");
