import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

/** A server that does `handle` for each event once. The secret is the one that `webhooks new` printed. */
export function receiver(secret, handle) {
  const webhook = new Webhook(secret);
  const seen = new Set(); // in earnest: a table, with the event's id as its key
  return createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    let event;
    try {
      event = webhook.verify(Buffer.concat(pieces), request.headers);
    } catch {
      return response.writeHead(400).end();
    }
    const id = request.headers["webhook-id"];
    if (!seen.has(id)) handle(event);
    seen.add(id);
    response.writeHead(204).end();
  });
}
