// The search that ends every story can find what it looks for.

import assert from "node:assert/strict";

import { story } from "../src/world.js";

story("the search finds a token wherever a page could put it", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.connect();
  const [{ answer, form }] = await world.emulator.tokenRequests();
  assert.deepEqual(await world.leaks(), []);

  const places = {
    "local storage": (value) => localStorage.setItem("x", value),
    "session storage": (value) => sessionStorage.setItem("x", value),
    cookies: (value) => (document.cookie = `x=${value.slice(0, 900)}`),
    "history state": (value) => history.replaceState({ x: value }, ""),
    "window name": (value) => (window.name = value),
    document: (value) => document.body.setAttribute("data-x", value),
    console: (value) => console.log(value),
    history: (value) => history.replaceState(null, "", `#${value}`),
    databases: (value) =>
      new Promise((resolve) => {
        const request = indexedDB.open("x", 1);
        request.onupgradeneeded = () => request.result.createObjectStore("x").put(value, "x");
        request.onsuccess = () => resolve(request.result.close());
      }),
  };
  for (const [place, put] of Object.entries(places)) {
    const fresh = await world.visitor();
    await fresh.open();
    await fresh.page.evaluate(put, answer.access_token);
    const leaks = await world.leaks();
    assert.ok(leaks.some((leak) => leak.startsWith(`a access_token in ${place} `)), `${place}: ${leaks}`);
    await world.forget(fresh);
  }
  for (const [kind, value] of Object.entries({ client_secret: form.client_secret, code_verifier: form.code_verifier, code: form.code })) {
    const fresh = await world.visitor();
    await fresh.open();
    await fresh.page.evaluate((value) => fetch(`/page/mark.svg?x=${encodeURIComponent(value)}`), value);
    const leaks = await world.leaks();
    assert.ok(leaks.some((leak) => leak.startsWith(`a ${kind} in request address `)), `${kind}: ${leaks}`);
    await world.forget(fresh);
  }
});

story("no cookie of ours can be read by script, and each keeps the rules", async (world) => {
  const visitor = await world.visitor();
  await visitor.open();
  await visitor.connect();
  assert.equal(await visitor.page.evaluate(() => document.cookie), "");
  for (const [name, sameSite] of [["__Host-connect-outlook-session", "Strict"], ["__Host-connect-outlook-flow", "Lax"]]) {
    const cookie = await visitor.cookie(name);
    const { httpOnly, secure, path, domain } = cookie;
    assert.deepEqual({ httpOnly, secure, path, domain, sameSite: cookie.sameSite }, { httpOnly: true, secure: true, path: "/", domain: "localhost", sameSite });
  }
});
