// Attachments and letters from a page, through the package.

import assert from "node:assert/strict";

import { Site } from "../src/site.js";
import { story } from "../src/world.js";

const SCOPES = "openid profile email offline_access User.Read Mail.ReadWrite Mail.Send";

atASiteThatSends("a page shows what hangs on a message, and saves it as it is", async ({ visitor }) => {
  const [told, type, start, size] = await visitor.page.evaluate(async () => {
    const { mail } = document.querySelector("connect-outlook").outlook;
    for await (const message of mail.each()) {
      if (!message.has_attachments) continue;
      const { attachments } = await mail.attachments(message.id);
      const file = attachments.find(({ kind }) => kind === "file");
      if (!file) continue;
      const blob = await (await mail.download(message.id, file.id)).blob();
      return [file, blob.type, await blob.slice(0, 4).text(), blob.size];
    }
    return [];
  });
  assert.ok(told.name.length > 0 && told.size > size && size > 0, JSON.stringify(told));
  assert.equal(type, "application/octet-stream", "whatever its sender calls it");
  assert.ok(start.length > 0);
});

atASiteThatSends("a page sends a letter once, however often it is asked to", async ({ visitor }) => {
  const [sent, again, looked, found] = await visitor.page.evaluate(async () => {
    const { mail } = document.querySelector("connect-outlook").outlook;
    const key = crypto.randomUUID();
    const letter = { to: [{ address: "ada@contoso.example" }], subject: "Note to myself", body: { content_type: "text", content: "The engine runs." } };
    const sent = await mail.send(letter, { key });
    const again = await mail.send(letter, { key });
    const looked = await mail.sending(key);
    const found = [];
    for await (const { subject } of mail.each({ folder: "sent", limit: 100 })) if (subject === letter.subject) found.push(subject);
    return [sent, again, looked, found];
  });
  assert.equal(sent.status, "accepted", JSON.stringify(sent));
  assert.deepEqual([again, looked], [sent, sent]);
  assert.equal(found.length, 1);
});

/** Tells a story of somebody who has connected at a site whose visitors send letters. */
function atASiteThatSends(title, tell) {
  const house = { start: () => Site.start({ settings: () => ({ SCOPES }) }) };
  const there = async (world) => {
    for (const path of ["/", "/outlook-callback"]) {
      world.demo.show(path, '<main><h1>A page</h1><connect-outlook></connect-outlook><ol id="inbox"></ol></main><script type="module" src="/page.js"></script>');
    }
    const visitor = await world.visitor();
    await visitor.open();
    await visitor.leave();
    await visitor.sayYes();
    await visitor.page.locator("#inbox li").first().waitFor();
    await tell({ world, visitor });
  };
  story(title, there, house);
}
