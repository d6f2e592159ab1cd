// Looking through built scripts for what a strict policy would stop, and finding out whose it is.

import { readFile, readdir } from "node:fs/promises";
import { SourceMap } from "node:module";
import { dirname, join, relative } from "node:path";

/** What no page should have to allow. */
export const FORBIDDEN = {
  eval: /\beval\s*\(/g,
  "new Function": /\bnew\s+Function\b/g,
  "markup from text": /\b(?:inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdocument\s*\.\s*write\b/g,
  "inline handler": /\.on(?:click|load|error|focus|pointer\w+)\s*=[^=]|setAttribute\(\s*['"]on/g,
};

/** Forbidden constructs in `text`: `{what, line, column}`, both from zero. */
export function finds(text) {
  return Object.entries(FORBIDDEN).flatMap(([what, pattern]) =>
    [...text.matchAll(pattern)].map(({ index }) => {
      const before = text.slice(0, index).split("\n");
      return { what, line: before.length - 1, column: before.at(-1).length };
    }),
  );
}

/**
 * All scripts below a folder of built files: `{scripts, ours, others}`. `ours`: finds in what came from our package, or
 * from nobody knows where; `others`: how many came from elsewhere; `mapped`: how many scripts hold something of ours.
 * `taken`: files of others that a build copies as they are, and without a map.
 */
export async function scan(folder, taken = []) {
  const copies = await Promise.all(taken.map((file) => readFile(file, "utf8")));
  // What was not built is our package itself, whose maps know nothing of packages.
  const isOurs = (source) => folder.endsWith(PACKAGE) || source.includes(`${PACKAGE}/`);
  const told = { scripts: 0, mapped: 0, ours: [], others: 0 };
  for (const name of await scriptsIn(folder)) {
    const text = await readFile(join(folder, name), "utf8");
    const map = await mapOf(join(folder, name), text);
    told.scripts += 1;
    if (map?.sources.some(isOurs)) told.mapped += 1;
    for (const { what, line, column } of finds(text)) {
      const source = map && new SourceMap(map).findEntry(line, column).originalSource;
      if (source ? !isOurs(source) : copies.includes(text)) told.others += 1;
      else told.ours.push(`${what} in ${name}, from ${source ?? "an unknown source"}`);
    }
  }
  return told;
}

async function scriptsIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.m?js$/.test(entry.name));
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
}

async function mapOf(file, text) {
  const [, name] = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(text) ?? [];
  return name && JSON.parse(await readFile(join(dirname(file), name), "utf8"));
}

const PACKAGE = "node_modules/connect-outlook";
