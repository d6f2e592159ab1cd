// Saying no is as good an end as any: the page says so kindly and can start again.

import assert from "node:assert/strict";

import { story } from "../src/world.js";

story("a visitor who declines is told so kindly, and connects when they change their mind", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.leave();
  await visitor.sayNo("Permissions requested");
  await isKind(visitor);
  await nothingHappened(world, visitor);

  await visitor.pressing(() => visitor.startAgain().click());
  await visitor.sayYes();
  await visitor.seesMail();
  assert.equal((await visitor.see("account-name").textContent()).trim(), "Ada Lovelace");
});

story("a visitor who turns back before signing in is told so kindly", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.leave();
  await visitor.sayNo();
  await isKind(visitor);
  await nothingHappened(world, visitor);
  await visitor.connect();
});

story("a visitor who just comes back by the browser's own button can start again", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.leave();
  await visitor.pressing(() => visitor.page.goBack());
  await visitor.connectButton().waitFor();
  await visitor.connect();
});

story("a visitor who is connected keeps the mailbox when they decline a second time", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.connect();
  await visitor.pressing(() => visitor.see("decline").click());
  await visitor.sayNo("Permissions requested");
  await isKind(visitor);
  await visitor.seesMail();
  assert.equal((await world.emulator.tokenRequests()).length, 1);
});

// Kind: a way on, and no word of a machine.
async function isKind(visitor) {
  await visitor.startAgain().waitFor();
  const said = await visitor.see("notice").textContent();
  assert.doesNotMatch(said, /AADSTS|access_denied|error|fail|invalid|wrong|undefined|null/i);
  assert.match(said, /start again/i);
}

async function nothingHappened(world, visitor) {
  assert.deepEqual(await world.emulator.tokenRequests(), []);
  assert.equal(await visitor.cookie("__Host-connect-outlook-session"), undefined);
  assert.equal(await visitor.page.evaluate(() => sessionStorage.length + localStorage.length), 0);
  assert.ok(!/[?#].*(error|state)=/.test(visitor.page.url()), visitor.page.url());
}
