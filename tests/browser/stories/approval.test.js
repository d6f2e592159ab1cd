// Somebody whose organisation wants an administrator to agree first: a link to forward, the administrator, and once more.

import assert from "node:assert/strict";

import { shown } from "../src/states.js";
import { openInWindow, opensWindow } from "../src/windows.js";
import { story } from "../src/world.js";

const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };
const [KATHERINE, MARGARET] = ["katherine@fabrikam.example", "margaret@fabrikam.example"];

story("a blocked visitor forwards the link, the administrator agrees, and the visitor connects", async (world) => {
  const visitor = await blocked(world);
  const link = await copied(visitor);
  await approves(world, link);
  // Whoever waits is told when they look at the page again, and goes on by one click.
  await visitor.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await visitor.see("notice").getByText("Your administrator has agreed. You can connect now.").waitFor();
  assert.equal(await visitor.page.getByRole("button", { name: "Copy link" }).isVisible(), false);
  await visitor.pressing(() => visitor.see("notice").getByRole("button", { name: "Connect" }).click());
  await goesOn(visitor, KATHERINE);
  await visitor.seesMail();
  assert.equal((await visitor.see("account-name").textContent()).trim(), "Katherine Johnson");
});

story("the same in a window, whose page never left", async (world) => {
  const visitor = await world.visitor(CLIPBOARD);
  await openInWindow(visitor, { "login-hint": KATHERINE });
  await asks(await opensWindow(visitor));
  await approves(world, await copied(visitor));
  // Nothing is asked any more: the window closes as soon as it opened.
  await visitor.page.evaluate(() => (window.visitorIsInWindow = true));
  await visitor.connectButton().click();
  await visitor.seesMail();
});

story("an administrator who does not agree is told that nothing changed", async (world) => {
  const visitor = await blocked(world);
  const administrator = await opens(world, await copied(visitor));
  await goesOn(administrator, MARGARET, "Permissions requested");
  await administrator.pressing(() => administrator.page.getByRole("button", { name: "Cancel" }).click());
  await administrator.page.getByRole("heading", { name: "Nothing was approved" }).waitFor();
  assert.equal(new URL(administrator.page.url()).search, "?as=refused");
  assert.deepEqual(await world.emulator.tokenRequests(), []);
});

story("who is told that an administrator has to agree copies the link on the element", async (world) => {
  const visitor = await world.visitor(CLIPBOARD);
  const { page } = await shown(visitor, "needs_admin");
  const link = await page.getByLabel("Send this link to your administrator:").inputValue();
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("The link is copied.").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("connect-outlook[state=connected]").waitFor();
  assert.equal(await page.getByRole("button", { name: "Copy link" }).isVisible(), false);
});

story("where a page may not write to the clipboard, the link is selected to be copied by hand", async (world) => {
  const visitor = await world.visitor();
  const { page } = await shown(visitor, "needs_admin");
  await page.evaluate(() => (navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"))));
  await page.getByRole("button", { name: "Copy link" }).click();
  const field = page.getByLabel("Send this link to your administrator:");
  await page.waitForFunction(() => document.querySelector("connect-outlook").shadowRoot.activeElement?.part.contains("link"));
  assert.ok(await field.evaluate(({ selectionStart, selectionEnd, value }) => selectionStart === 0 && selectionEnd === value.length));
});

/** Katherine, who may not agree herself, and went back to the site. */
async function blocked(world) {
  const visitor = await world.visitor(CLIPBOARD);
  await visitor.open();
  await visitor.page.locator("connect-outlook").evaluate((element, address) => element.setAttribute("login-hint", address), KATHERINE);
  await visitor.leave();
  await asks(visitor);
  return visitor;
}

/** Signs in as Katherine, up to where an administrator is needed, and turns back. */
async function asks(visitor) {
  await goesOn(visitor, KATHERINE, "Need admin approval");
  await visitor.pressing(() => visitor.page.getByRole("button", { name: "Return to the app without consent" }).click());
}

/** Presses what moves on at Microsoft, as this person, to the page with this heading or back to the site. */
async function goesOn(visitor, address, heading) {
  for (let pages = 0; visitor.isAway(); pages += 1) {
    assert.ok(pages < 8, visitor.page.url());
    if (heading && (await visitor.page.getByRole("heading", { name: heading }).count())) return;
    const own = visitor.page.getByRole("button", { name: address });
    const next = (await own.count()) ? own.first() : visitor.page.locator("[data-primary]");
    await visitor.pressing(() => next.click());
  }
}

/** Copies the link as the visitor does; what was copied. */
async function copied(visitor) {
  const { page } = visitor;
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("The link is copied.").waitFor();
  const link = await page.getByLabel("Did Microsoft ask for an administrator? Send yours this link:").inputValue();
  assert.match(link, /\/outlook\/v1\/consent\/[\w-]{43}$/);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  return link;
}

/** The administrator, in a browser of their own, on the way to Microsoft's question. */
async function opens(world, link) {
  const administrator = await world.visitor();
  await administrator.page.goto(link);
  await administrator.page.getByRole("heading", { name: "An administrator has to agree" }).waitFor();
  await administrator.pressing(() => administrator.page.getByRole("button", { name: "Continue to Microsoft" }).click());
  return administrator;
}

async function approves(world, link) {
  const administrator = await opens(world, link);
  await goesOn(administrator, MARGARET);
  await administrator.page.getByRole("heading", { name: "Thank you" }).waitFor();
  assert.equal(new URL(administrator.page.url()).search, "?as=granted", "what Microsoft said is not repeated");
  await administrator.page.getByText("Your own mailbox was not connected.").waitFor();
  const cookies = await administrator.context.cookies(world.demo.origin);
  assert.deepEqual(cookies.filter(({ name }) => name.endsWith("-session")), [], "nobody is connected by it");
}
