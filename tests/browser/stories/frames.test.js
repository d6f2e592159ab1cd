// The site's page in a frame of another site: browsers give it stores, channels and cookies of its own, so nothing of the
// window reaches it but what the server hands over.

import assert from "node:assert/strict";

import { isInHeadersAlone } from "../src/handles.js";
import { Site } from "../src/site.js";
import { WebServer } from "../src/web-server.js";
import { story } from "../src/world.js";

const SITE_ORIGIN = (site) => ({ BEARER_ORIGINS: site.origin });
const frameOf = (attributes = "") =>
  `<main><h1>A page</h1><connect-outlook ${attributes}></connect-outlook><ol id="inbox"></ol></main><script type="module" src="/page.js"></script>`;

framed("a frame of another site connects through a window, and reads the mail", async (world, visitor, frame) => {
  assert.deepEqual(await meets(visitor, frame), [false, true], "browsers keep channels of a frame and of a window apart");
  const microsoft = await opensWindow(visitor, frame);
  await microsoft.sayYes();
  await seesInbox(frame);
  assert.deepEqual(visitor.context.pages().length, 1, "the window closed by itself");

  assert.equal(await visitor.cookie("__Host-connect-outlook-session"), undefined, "no cookie holds the session");
  assert.equal(await inside(frame, () => sessionStorage.length + localStorage.length), 0, "it is in memory");
  const [{ form }] = await world.emulator.tokenRequests();
  const seen = await visitor.witness.sightings();
  assert.deepEqual(seen.filter(({ text }) => text.includes(form.code_verifier)), [], "the server made the verifier");
  await isInHeadersAlone(visitor);

  await frame.getByRole("button", { name: "Disconnect" }).click();
  await frame.getByRole("button", { name: "Connect Outlook" }).waitFor();
  assert.equal(await frame.locator("#inbox li").count(), 0);
});

framed(
  "a frame that keeps its session for the tab is connected after a reload",
  async (world, visitor, frame) => {
    const microsoft = await opensWindow(visitor, frame);
    await microsoft.sayYes();
    await seesInbox(frame);
    await visitor.page.reload();
    await seesInbox(frame);
    assert.equal((await world.emulator.tokenRequests()).length, 1);
    await isInHeadersAlone(visitor, ["session storage"]);
  },
  { attributes: 'session="tab"' },
);

framed("whoever declines in the window is told so in the frame, and connects after all", async (world, visitor, frame) => {
  const microsoft = await opensWindow(visitor, frame);
  await microsoft.sayNo("Permissions requested");
  await frame.getByText(/nothing was connected/i).waitFor();
  assert.deepEqual(await world.emulator.tokenRequests(), []);
  const again = await opensWindow(visitor, frame);
  await again.sayYes();
  await seesInbox(frame);
});

framed("a window that is closed is told in the frame", async (world, visitor, frame) => {
  const microsoft = await opensWindow(visitor, frame);
  await microsoft.page.close();
  await frame.getByText("The sign-in window was closed").waitFor();
  await frame.locator("connect-outlook[state=idle]").waitFor();
});

framed(
  "a site that lets no frames in says who has to act, and opens no window at Microsoft",
  async (world, visitor, frame) => {
    await frame.getByRole("button", { name: "Connect Outlook" }).click();
    await frame.getByText("This site does not connect in pages of other sites.").waitFor();
    assert.deepEqual(await inside(frame, () => window.outcomes), ["misconfigured frames_not_allowed operator"]);
    assert.equal(visitor.context.pages().length, 1);
  },
  { settings: () => ({}) },
);

/** Somebody at a page of another site, in which ours is framed. */
function framed(title, tell, { attributes, settings = SITE_ORIGIN } = {}) {
  const there = async (world) => {
    const site = world.demo;
    for (const path of ["/", "/outlook-callback"]) site.show(path, frameOf(attributes));
    const around = await WebServer.listen(undefined, "127.0.0.1");
    world.atEnd(() => around.close());
    around.pages.set("/", { markup: `<h1>Another site</h1><iframe src="${site.address}" title="ours" width="700" height="500"></iframe>`, headers: { "content-security-policy": `default-src 'none'; frame-src ${site.origin}; img-src data:` } });
    const visitor = await world.visitor();
    await visitor.page.goto(`${around.origin}/`);
    const frame = visitor.page.frameLocator("iframe");
    await frame.getByRole("button", { name: "Connect Outlook" }).waitFor();
    await inside(frame, () => {
      window.outcomes = [];
      document.addEventListener("connect-outlook:outcome", ({ detail }) => window.outcomes.push(`${detail.status} ${detail.code} ${detail.actor}`));
      // Playwright gives every page the focus; in a browser the window has it until it is closed.
      const { hasFocus } = document;
      document.hasFocus = () => hasFocus.call(document) && !window.visitorIsInWindow;
    });
    await tell(world, visitor, frame);
  };
  story(title, there, { start: () => Site.start({ settings }) }, { partitions: true });
}

const inside = (frame, work) => frame.locator("body").evaluate(work);

async function opensWindow(visitor, frame) {
  const arrived = visitor.context.waitForEvent("page");
  await inside(frame, () => (window.visitorIsInWindow = true));
  await frame.getByRole("button", { name: /Connect Outlook/ }).click();
  const page = await arrived;
  page.on("close", () => inside(frame, () => (window.visitorIsInWindow = false)).catch(() => {}));
  await page.waitForURL(`${visitor.demo.emulator.origin}/**`);
  return visitor.at(page);
}

async function seesInbox(frame) {
  await frame.getByText("ada@contoso.example").waitFor();
  await frame.locator("#inbox li").nth(9).waitFor();
}

/** Whether the frame hears a window of its own origin, and whether two windows hear each other. */
async function meets(visitor, frame) {
  const listen = () => {
    window.heard = false;
    new BroadcastChannel("x").onmessage = () => (window.heard = true);
  };
  const [one, other] = [await visitor.context.newPage(), await visitor.context.newPage()];
  for (const page of [one, other]) await page.goto(visitor.demo.address);
  await one.evaluate(listen);
  await inside(frame, listen);
  await other.evaluate(() => new BroadcastChannel("x").postMessage(1));
  await one.waitForFunction(() => window.heard);
  const heard = [await inside(frame, () => window.heard), await one.evaluate(() => window.heard)];
  await Promise.all([one.close(), other.close()]);
  return heard;
}
