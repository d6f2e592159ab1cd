// The main job: connect a mailbox, read it, come back later, leave.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { header } from "../src/emulator.js";
import { rowsInVault } from "../src/vault.js";
import { story } from "../src/world.js";

story("a visitor connects, reads, comes back an hour later, and leaves nothing behind", async (world) => {
  const visitor = await world.visitor({ reducedMotion: "no-preference" });
  await visitor.open();
  await visitor.connect();
  await shows(visitor.see("account-name"), "Ada Lovelace");
  await shows(visitor.see("account-address"), "ada@contoso.example");
  const subjects = await visitor.see("message-subject").allTextContents();
  assert.ok(subjects.filter((subject) => subject.trim()).length >= 10, `only ${subjects.length} subjects`);

  await visitor.see("message").nth(2).getByRole("button").click();
  await visitor.see("message-body").waitFor();
  assert.match(await visitor.see("message-open").getByRole("heading").textContent(), new RegExp(escaped(subjects[2])));
  assert.ok((await visitor.see("message-body").textContent()).length > 40);

  assert.equal((await world.emulator.tokenRequestsOf("refresh_token")).length, 0);
  await visitor.jumpAnHour();
  assert.equal((await world.emulator.tokenRequestsOf("refresh_token")).length, 1);
  assert.ok((await visitor.see("message").count()) >= 10);

  await visitor.look();
  await visitor.see("disconnect").click();
  await visitor.connectButton().waitFor();
  assert.deepEqual(visitor.witness.refusals, [], "nothing was refused on the good way");
  assert.deepEqual(await world.interrupt(), { code: 0, signal: null });
  const { grants, data_keys: keys } = await rowsInVault(world.demo.data);
  assert.deepEqual({ grants, keys }, { grants: 0, keys: 0 });
});

story("while a mailbox is connected, its tokens are in the vault and nowhere else", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.connect();
  await world.interrupt();
  const { grants, data_keys: keys } = await rowsInVault(world.demo.data);
  assert.deepEqual({ grants, keys }, { grants: 1, keys: 1 });
});

story("the verifier of the page is the one that reaches Microsoft, and nothing else of the page does", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.leave();
  const asked = new URL(visitor.page.url()).searchParams;
  await visitor.sayYes();
  await visitor.seesMail();

  const [{ exchange, form }, ...others] = await world.emulator.tokenRequests();
  assert.equal(others.length, 0);
  assert.equal(form.grant_type, "authorization_code");
  assert.equal(asked.get("code_challenge_method"), "S256");
  assert.equal(createHash("sha256").update(form.code_verifier).digest("base64url"), asked.get("code_challenge"));
  assert.match(form.code_verifier, /^[A-Za-z0-9._~-]{43,128}$/);

  const posts = (await visitor.witness.sightings()).filter(({ where, text }) => where === "request body" && text.includes(form.code_verifier));
  assert.equal(posts.length, 1, "the verifier leaves the page once");
  assert.equal(new URL(posts[0].url).pathname, "/outlook/v1/sessions");
  assert.equal(header(exchange.request_headers, "origin"), undefined);
  assert.equal(exchange.query, "");
  const { applications } = await world.emulator.world();
  const secrets = applications.flatMap((application) => application.secrets.map(({ value }) => value));
  for (const { path, query } of await world.emulator.exchanges()) {
    assert.ok(!secrets.some((secret) => decodeURIComponent(`${path}?${query}`).includes(secret)), `a secret in the address ${path}`);
  }
});

story("while the visitor is at Microsoft, the verifier waits in this tab's session storage and nowhere else", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.leave();
  const microsoft = visitor.page.url();
  // The same tab looks at its own site before it goes on: no answer has come, so the attempt waits.
  await visitor.page.goto(world.demo.address);
  await visitor.connectButton().waitFor();
  const stores = await visitor.page.evaluate(() => ({
    local: localStorage.length,
    session: Object.values(sessionStorage),
    cookies: document.cookie,
  }));
  assert.equal(stores.local, 0);
  assert.equal(stores.cookies, "");
  assert.equal(stores.session.length, 1);
  await visitor.page.goto(microsoft);
  await visitor.sayYes();
  await visitor.seesMail();
  const [{ form }] = await world.emulator.tokenRequests();
  assert.ok(stores.session[0].includes(form.code_verifier));
  assert.equal(await visitor.page.evaluate(() => sessionStorage.length), 0);
});

story("the code is out of the address before anything else happens, and out of the history", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.connect();
  assert.ok(!visitor.page.url().includes("code="), visitor.page.url());
  const sightings = await visitor.witness.sightings();
  const arrived = sightings.findIndex(({ where, url }) => where === "address" && url.includes("code="));
  const cleaned = sightings.findIndex(({ where, url }, index) => index > arrived && where === "address" && !url.includes("code="));
  const posted = sightings.findIndex(({ where, url }) => where === "request body" && url.endsWith("/outlook/v1/sessions"));
  assert.ok(arrived >= 0 && cleaned > arrived, "the address is cleaned");
  assert.ok(cleaned < posted, "before the code is sent on");
});

story("a mailbox stays connected when the page is opened again", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.connect();
  await visitor.page.reload();
  await shows(visitor.see("account-name"), "Ada Lovelace");
  const second = await visitor.context.newPage();
  await second.goto(world.demo.address);
  await shows(second.getByTestId("account-address"), "ada@contoso.example");
  assert.equal((await world.emulator.tokenRequests()).length, 1);
});

async function shows(locator, text) {
  await locator.waitFor();
  assert.equal((await locator.textContent()).trim(), text);
}

const escaped = (text) => text.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
