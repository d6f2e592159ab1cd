// The table: which example was built with what, and how it went.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What builds an example, with the version that is installed, and what its pages are written with. */
export async function toolsOf({ folder, tool, with: framework }) {
  if (!tool) return "none";
  const named = [tool, framework].filter(Boolean);
  const all = await Promise.all(named.map(async (name) => `${name} ${await versionOf(folder, name)}`));
  return all.join(", ");
}

/** A table in Markdown. */
export function table(head, rows) {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join("\n");
}

async function versionOf(folder, name) {
  const { version } = JSON.parse(await readFile(join(folder, "node_modules", name, "package.json"), "utf8"));
  return version;
}
