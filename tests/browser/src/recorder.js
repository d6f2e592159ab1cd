// A service worker that a page might have: it passes every request of its scope on, keeps what it can, and writes down all
// that it saw, for the search to read.

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => event.respondWith(take(event.request)));

let number = 0;

async function take(request) {
  const { url } = request;
  const sent = request.clone();
  const answer = await fetch(request);
  const notes = [
    { where: "request address", url, text: url },
    { where: "request headers", url, text: JSON.stringify([...sent.headers]) },
    { where: "request body", url, text: await sent.text() },
    { where: "answer headers", url, text: JSON.stringify([...answer.headers]) },
    { where: "answer body", url, text: await answer.clone().text() },
  ];
  const seen = await caches.open("seen-by-worker");
  await seen.put(`/seen/${Date.now()}/${(number += 1)}`, new Response(JSON.stringify(notes)));
  if (request.method === "GET" && answer.ok) await (await caches.open("kept")).put(request, answer.clone());
  return answer;
}
