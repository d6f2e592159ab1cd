// Somebody tampers with the way back. Each time: a typed refusal, no token request, and nothing broken.

import assert from "node:assert/strict";

import { codeIn } from "../src/secrets.js";
import { story } from "../src/world.js";

story("a callback that is opened a second time changes nothing", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  const callback = await visitor.callbackAddress();
  await visitor.page.goto(callback);
  await visitor.seesMail();

  await visitor.page.goto("about:blank");
  await visitor.page.goto(callback);
  await visitor.startAgain().waitFor();
  await visitor.seesMail();
  assert.equal((await world.emulator.tokenRequests()).length, 1);
  assert.ok(!visitor.page.url().includes("code="), visitor.page.url());
});

story("a callback with an altered state connects nothing", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  const callback = await visitor.callbackAddress();
  const altered = callback.replace(/state=(.)/, (_, first) => `state=${first === "A" ? "B" : "A"}`);
  assert.notEqual(altered, callback);
  await visitor.page.goto(altered);
  await visitor.startAgain().waitFor();
  assert.deepEqual(await world.emulator.tokenRequests(), []);
  await visitor.connect();
});

story("a callback carried into another browser connects nothing there, and its owner can still use it", async (world) => {
  const [owner, stranger] = [await world.visitor(), await world.visitor()];
  await owner.open();
  const callback = await owner.callbackAddress();
  await stranger.open();
  await stranger.page.goto(callback);
  await stranger.startAgain().waitFor();
  assert.equal(await stranger.cookie("__Host-connect-outlook-session"), undefined);
  assert.deepEqual(await world.emulator.tokenRequests(), []);

  await owner.page.goto(callback);
  await owner.seesMail();
  assert.equal((await world.emulator.tokenRequests()).length, 1);
});

story("a stranger who has code, state and verifier still lacks the browser", async (world) => {
  const [owner, stranger] = [await world.visitor(), await world.visitor()];
  await owner.open();
  const callback = await owner.callbackAddress();
  const stolen = await owner.finishing(callback);
  await stranger.open();
  const refused = await stranger.fetch("/outlook/v1/sessions", { method: "POST", body: stolen });
  assert.deepEqual([refused.status, refused.body.code], [400, "attempt_not_yours"]);

  // With a flow cookie, but of an attempt of their own.
  await stranger.leave();
  await stranger.page.goto(world.demo.address);
  await stranger.connectButton().waitFor();
  const again = await stranger.fetch("/outlook/v1/sessions", { method: "POST", body: stolen });
  assert.equal(again.body.code, "attempt_not_yours");
  assert.deepEqual(await world.emulator.tokenRequests(), []);
  await owner.page.goto(callback);
  await owner.seesMail();
});

story("a code that is sent twice is redeemed once", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  const callback = await visitor.callbackAddress();
  const body = await visitor.finishing(callback, { take: true });
  const answers = await Promise.all([1, 2, 3].map(() => visitor.fetch("/outlook/v1/sessions", { method: "POST", body })));
  const connected = answers.filter(({ body: outcome }) => outcome.status === "connected");
  const refused = answers.filter(({ body: problem }) => problem.code === "attempt_unknown");
  assert.deepEqual([connected.length, refused.length], [1, 2], JSON.stringify(answers));
  assert.equal((await world.emulator.tokenRequests()).length, 1);
  await visitor.page.goto(world.demo.address);
  await visitor.seesMail();
});

story("a code injected into an attempt of somebody else is not redeemed with their verifier", async (world) => {
  const [victim, attacker] = [await world.visitor(), await world.visitor()];
  await attacker.open();
  const attackersCode = codeIn(await attacker.callbackAddress());
  await victim.open();
  const own = await victim.callbackAddress();
  await victim.page.goto(own.replace(encodeURIComponent(codeIn(own)), encodeURIComponent(attackersCode)));
  await victim.startAgain().waitFor();
  assert.equal(await victim.cookie("__Host-connect-outlook-session"), undefined);
  const [{ exchange, answer }] = await world.emulator.tokenRequests();
  assert.deepEqual([exchange.status, answer.error], [400, "invalid_grant"]);
});
