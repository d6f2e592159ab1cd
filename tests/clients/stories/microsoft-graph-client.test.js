// @microsoft/microsoft-graph-client, with a token of @azure/msal-node.

import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";

import { LargeFileUploadTask, PageIterator, StreamUpload } from "@microsoft/microsoft-graph-client";
import { Readable } from "node:stream";

import { graph as clientOf } from "../recipes/microsoft-graph-client.js";
import { app } from "../recipes/msal-node.js";
import { exchanges, forget, person, set } from "../src/emulator.js";
import { Visitor } from "../src/visitor.js";

const LONGEST_MS = 60_000;
const ATTACHMENT_BYTES = 5_000_000;
let graph;

before(async () => {
  const redirectUri = "http://localhost:8400/outlook-callback";
  const scopes = ["User.Read", "Mail.ReadWrite", "Mail.Send"];
  const answer = await new Visitor().comesBack(await app.getAuthCodeUrl({ scopes, redirectUri }));
  const { accessToken } = await app.acquireTokenByCode({ code: answer.searchParams.get("code"), scopes, redirectUri });
  graph = clientOf(accessToken);
});
beforeEach(forget);
const story = (title, tell) => test(title, { timeout: LONGEST_MS }, tell);

story("it says who is signed in and lists their mail by its own query builder", async () => {
  assert.equal((await graph.api("/me").get()).mail, person("Ada").address);
  const { value } = await graph.api("/me/mailFolders/inbox/messages").select(["subject", "from", "receivedDateTime"]).top(5).orderby("receivedDateTime DESC").get();
  assert.equal(value.length, 5);
  const times = value.map(({ receivedDateTime }) => receivedDateTime);
  assert.deepEqual(times, times.toSorted().reverse());
});

story("it turns pages until there are none, and meets every message once", async () => {
  const first = await graph.api("/me/mailFolders/inbox/messages").select("id").top(50).get();
  const met = [];
  await new PageIterator(graph, first, ({ id }) => met.push(id) > 0).iterate();
  const { totalItemCount } = await graph.api("/me/mailFolders/inbox").get();
  assert.equal(met.length, totalItemCount);
  assert.equal(new Set(met).size, met.length);
});

story("it sends mail, which lies in Sent Items afterwards", async () => {
  const message = { subject: "Tea at four", body: { contentType: "Text", content: "Bring the engine." }, toRecipients: [{ emailAddress: { address: person("Grace").address } }] };
  await graph.api("/me/sendMail").post({ message });
  const { value } = await graph.api("/me/mailFolders/sentitems/messages").filter("subject eq 'Tea at four'").get();
  assert.equal(value.length, 1);
  assert.ok(value[0].internetMessageId);
});

story("it uploads an attachment of five megabytes part by part, and sends it", async () => {
  const draft = await graph.api("/me/messages").post({ subject: "The plans", toRecipients: [{ emailAddress: { address: person("Grace").address } }] });
  const bytes = Buffer.alloc(ATTACHMENT_BYTES, "plans ");
  const AttachmentItem = { attachmentType: "file", name: "plans.txt", size: bytes.length };
  const session = await LargeFileUploadTask.createUploadSession(graph, `/me/messages/${draft.id}/attachments/createUploadSession`, { AttachmentItem });
  const parts = [];
  const progress = ({ minValue, maxValue }) => parts.push([minValue, maxValue]);
  const file = new StreamUpload(Readable.from(chunks(bytes), { objectMode: false }), "plans.txt", bytes.length);
  await new LargeFileUploadTask(graph, file, session, { rangeSize: 1_310_720, uploadEventHandlers: { progress } }).upload();
  assert.equal(parts.length, 4);
  const { value } = await graph.api(`/me/messages/${draft.id}/attachments`).select(["name", "size", "contentType"]).get();
  assert.deepEqual(value.map(({ name }) => name), ["plans.txt"]);
  const [{ id }] = value;
  const back = Buffer.from(await graph.api(`/me/messages/${draft.id}/attachments/${id}/$value`).responseType("arraybuffer").get());
  assert.ok(back.equals(bytes));
  await graph.api(`/me/messages/${draft.id}/send`).post({});
});

story("it follows changes: everything once, then only what changed", async () => {
  let page = await graph.api("/me/mailFolders/drafts/messages/delta").select("subject").get();
  while (page["@odata.nextLink"]) page = await graph.api(page["@odata.nextLink"]).get();
  const created = await graph.api("/me/messages").post({ subject: "New since then" });
  let changes = await graph.api(page["@odata.deltaLink"]).get();
  assert.deepEqual(changes.value.map(({ subject }) => subject), ["New since then"]);
  await graph.api(`/me/messages/${created.id}`).delete();
  changes = await graph.api(changes["@odata.deltaLink"]).get();
  assert.deepEqual(changes.value.map((change) => [change.id, change["@removed"]?.reason]), [[created.id, "deleted"]]);
});

story("it waits as long as it is told, and asks again", async () => {
  await set("graph_throttled", { person: person("Ada").id, seconds: 1 });
  assert.equal((await graph.api("/me").get()).displayName, "Ada Lovelace");
  assert.deepEqual((await exchanges()).map(({ status }) => status), [429, 200]);
});

story("a refusal is an error with Graph's code and the id of the call", async () => {
  const refused = await graph.api("/me/messages/no-such-message").get().then(() => assert.fail("it succeeded"), (error) => error);
  assert.deepEqual([refused.statusCode, refused.code], [400, "ErrorInvalidIdMalformed"]);
  assert.ok(refused.requestId);
});

/** As a file is read. */
function* chunks(bytes, size = 65_536) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
