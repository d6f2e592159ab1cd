// What is shown of every example: Ada connects and sees her inbox; nothing leaks, nothing complains.

import assert from "node:assert/strict";

import { launch } from "../../browser/src/chromium.js";
import { leaksIn, leaksInText } from "../../browser/src/leaks.js";
import { secretsIn } from "../../browser/src/secrets.js";
import { Visitor } from "../../browser/src/visitor.js";
import { House } from "./house.js";

/** Tells it of an example that is ready, as `House.build` or `House.develop` serves it. */
export async function connectAndList(example, serve = House.build) {
  const [house, browser] = await Promise.all([serve(example), launch()]);
  try {
    const ada = await Visitor.arrive(browser, house);
    if (example.isRendered) await writesTheButton(house);
    await ada.open();
    await ada.leave();
    await ada.sayYes();
    await seesHerInbox(ada);
    assert.equal(ada.page.url(), house.address, "the address is what it was");
    await ada.page.reload();
    await seesHerInbox(ada);
    await isClean(ada, house);
  } finally {
    await browser.close();
    await house.close();
  }
}

async function writesTheButton({ address }) {
  const answer = await fetch(address);
  assert.match(await answer.text(), /<connect-outlook backend="\/outlook"><\/connect-outlook>/);
}

async function seesHerInbox(visitor) {
  const first = visitor.page.locator("#inbox li").first();
  await first.waitFor();
  const { body: session } = await visitor.fetch("/outlook/v1/session");
  const [account] = session.accounts;
  assert.equal(account.address, "ada@contoso.example");
  const { body: page } = await visitor.fetch(`/outlook/v1/accounts/${account.id}/messages?limit=10`);
  assert.equal(page.messages.length, 10);
  const shown = await visitor.page.locator("#inbox li").allTextContents();
  assert.deepEqual(shown, page.messages.map(({ subject }) => subject));
  await visitor.page.getByText("Ada Lovelace").waitFor();
}

async function isClean(visitor, house) {
  const secrets = secretsIn(await house.emulator.exchanges(), await house.emulator.world());
  const cookies = await visitor.context.cookies(house.origin);
  secrets.push(...cookies.filter(({ httpOnly }) => httpOnly).map(({ value }) => ({ kind: "cookie", value })));
  const kinds = new Set(secrets.map(({ kind }) => kind));
  assert.ok(["access_token", "refresh_token", "code", "cookie"].every((kind) => kinds.has(kind)), "there is something to be found");
  await visitor.look();
  assert.deepEqual(leaksIn(secrets, await visitor.witness.sightings()), []);
  assert.deepEqual(leaksInText(secrets, house.log, "the server's log"), []);
  assert.deepEqual(visitor.witness.complaints, []);
  assert.deepEqual(visitor.witness.refusals, []);
}
