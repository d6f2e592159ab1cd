// A single-page application on a loopback port: the library's own builds, the recipe, and two pages without a bundler.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { ORIGIN } from "./emulator.js";

const library = join(dirname(createRequire(import.meta.url).resolve("@azure/msal-browser/package.json")), "lib");
const recipe = fileURLToPath(new URL("../recipes/msal-browser.js", import.meta.url));

const APP = `<!doctype html><html lang="en"><title>App</title><script src="/msal-browser.js"></script><script type="module">
import { app } from "/recipe.js";
window.client = await app(${JSON.stringify(ORIGIN)});
window.answer = await client.handleRedirectPromise();
if (answer) client.setActiveAccount(answer.account);
document.documentElement.dataset.ready = "yes";
</script></html>`;

const CALLBACK = `<!doctype html><html lang="en"><title>Back</title><script src="/msal-redirect-bridge.js"></script><script>
msalRedirectBridge.broadcastResponseToMainFrame();
</script></html>`;

/** Starts it; answers its address and how to stop it. */
export async function serve() {
  const files = {
    "/": ["text/html", APP],
    "/spa-callback": ["text/html", CALLBACK],
    "/recipe.js": ["text/javascript", await readFile(recipe)],
    "/msal-browser.js": ["text/javascript", await readFile(join(library, "msal-browser.min.js"))],
    "/msal-redirect-bridge.js": ["text/javascript", await readFile(join(library, "redirect-bridge/msal-redirect-bridge.min.js"))],
  };
  const server = createServer((request, response) => {
    const [type, text] = files[new URL(request.url, "http://localhost").pathname] ?? ["text/plain", "not here"];
    response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(text);
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  const stop = () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
  return { address: `http://localhost:${server.address().port}/`, stop };
}
