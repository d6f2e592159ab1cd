// What the server tells, verified by the libraries that integrators use.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";

import { receiver } from "../receivers/node.js";

const binary = process.env.SERVER_BINARY ?? fileURLToPath(new URL("../../../target/debug/connect-outlook", import.meta.url));
let folder, server, settings;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "connect-outlook-webhooks-"));
  settings = {
    CONNECT_OUTLOOK_PUBLIC_URL: "http://localhost:8400",
    CONNECT_OUTLOOK_LISTEN: "127.0.0.1:0",
    CONNECT_OUTLOOK_CLIENT_ID: "6731de76-14a6-49ae-97bc-6eba6914391e",
    CONNECT_OUTLOOK_CLIENT_SECRET: "not~used",
    CONNECT_OUTLOOK_KEY: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    CONNECT_OUTLOOK_DATABASE: `sqlite:${join(folder, "vault.sqlite")}`,
    CONNECT_OUTLOOK_INSECURE_WEBHOOKS: "on",
  };
  server = spawn(binary, ["serve"], { env: settings, stdio: ["ignore", "ignore", "pipe"] });
  await new Promise((resolve, reject) => {
    let said = "";
    server.stderr.setEncoding("utf8").on("data", (text) => (said += text).includes("serving") && resolve());
    server.once("exit", (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  });
});

after(async () => {
  const gone = once(server, "exit");
  server.kill("SIGTERM");
  await gone;
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command to its end; what it says. */
async function command(...words) {
  const { stdout } = await promisify(execFile)(binary, ["webhooks", ...words], { env: settings });
  return stdout.trim();
}

/** Listens, adds a webhook there and gives the id and secret of it. */
async function add(listener) {
  await once(listener.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${listener.address().port}/hooks`;
  const secret = await command("new", url);
  const line = (await command("list").catch(({ stdout }) => stdout)).split("\n").find((line) => line.includes(url));
  return { id: line.split(" ")[0], secret };
}

/** What a webhook receives when it is tested `times` times: headers and bytes. */
async function received(times) {
  const came = [];
  let arrived;
  const all = new Promise((resolve) => (arrived = resolve));
  const listener = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    came.push({ headers: request.headers, body: Buffer.concat(pieces) });
    response.writeHead(204).end();
    if (came.length === times) arrived();
  });
  const { id, secret } = await add(listener);
  return { id, secret, came, all, close: () => listener.close() };
}

for (const [name, Webhook] of [["standardwebhooks", StandardWebhook], ["svix", SvixWebhook]]) {
  test(`${name} takes what is sent for genuine, under both secrets while they are exchanged, and nothing else`, async () => {
    const { id, secret, came, all, close } = await received(2);
    const event = await command("test", id);
    while (came.length < 1) await new Promise((resolve) => setImmediate(resolve));
    const next = await command("rotate", id);
    await command("redeliver", id, "--event", event);
    await all;
    close();
    const [first, second] = came;
    assert.equal(first.headers["webhook-id"], event);
    assert.equal(second.headers["webhook-id"], event);
    for (const [key, { headers, body }] of [[secret, first], [secret, second], [next, second]]) {
      new Webhook(key).verify(body, headers); // or it throws
      const { type, data } = JSON.parse(body);
      assert.deepEqual([type, data], ["webhook.test", { webhook: id }]);
    }
    assert.throws(() => new Webhook(next).verify(first.body, first.headers));
    assert.throws(() => new Webhook(secret).verify(Buffer.concat([first.body, Buffer.from(" ")]), first.headers));
  });
}

test("the receiver of the page does everything once and believes nobody else", async () => {
  const done = [];
  let listener;
  // The secret is known once the webhook is there, and the webhook wants an address.
  const door = createServer((request, response) => listener.emit("request", request, response));
  const { id, secret } = await add(door);
  listener = receiver(secret, (event) => done.push(event));
  const event = await command("test", id);
  while (done.length < 1) await new Promise((resolve) => setImmediate(resolve));
  await command("redeliver", id, "--event", event);
  let told = "";
  while (!/tries {2}1 /.test(told) || !/delivered/.test(told)) told = await command("deliveries", id);
  assert.deepEqual(done.map(({ type, data }) => [type, data.webhook]), [["webhook.test", id]]);
  const forged = await fetch(`http://127.0.0.1:${door.address().port}/`, { method: "POST", body: '{"type":"account.connected"}' });
  assert.equal(forged.status, 400);
  door.close();
});
