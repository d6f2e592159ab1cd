// The vault's file, read from outside once the demo has ended and nobody writes to it any more.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import initSqlJs from "sql.js";

/** How many rows each table of the vault below `folder` has: `{accounts: 1, grants: 0, …}`. */
export async function rowsInVault(folder) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".sqlite"));
  if (names.length !== 1) throw new Error(`expected one vault in ${folder}, found: ${names.join(", ") || "none"}`);
  const { Database } = await initSqlJs();
  const database = new Database(await readFile(join(folder, names[0])));
  const [{ values }] = database.exec("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'");
  const counted = values.map(([table]) => [table, database.exec(`select count(*) from "${table}"`)[0].values[0][0]]);
  database.close();
  return Object.fromEntries(counted);
}
