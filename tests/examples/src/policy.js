// The content security policy of an example's pages: as strict as what it is built with allows.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The header's value. */
export async function policyOf(example, { emulator }) {
  const scripts = ["'self'", "'wasm-unsafe-eval'", ...(example.scripts ?? (await importMapOf(example)))];
  const directives = [
    "default-src 'none'",
    `script-src ${scripts.join(" ")}`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    `form-action 'self' ${emulator.origin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(example.trustedTypes ?? ["require-trusted-types-for 'script'"]),
  ];
  return directives.join("; ");
}

// An import map stands in the document, and browsers take it for a script.
async function importMapOf({ folder, site }) {
  const document = await readFile(join(folder, site, "index.html"), "utf8");
  const maps = [...document.matchAll(/<script type="importmap">(.*?)<\/script>/gs)];
  return maps.map(([, map]) => `'sha256-${createHash("sha256").update(map).digest("base64")}'`);
}
