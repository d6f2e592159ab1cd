// A world for one story: a demo, a browser, and the search that ends every story.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";

import { launch } from "./chromium.js";
import { Demo } from "./demo.js";
import { leaksIn, leaksInText } from "./leaks.js";
import { secretsIn } from "./secrets.js";
import { Visitor } from "./visitor.js";

/**
 * Tells a story in a world of its own. Whatever it is about, nothing leaks in it and no page complains. `house` starts
 * what is visited: the demo, if nothing else is said. `browser` is for its start.
 */
export const story = (title, tell, house = Demo, browser = {}) =>
  test(title, { timeout: LONGEST_MS }, async () => {
    const world = await World.open(house, browser);
    try {
      await tell(world);
      await world.isClean();
    } finally {
      await world.close();
    }
  });

// One browser for the stories of a file, or one for each way to start it: visitors have profiles of their own, which end
// with their story.
const browsers = new Map();
async function theBrowser(options) {
  const way = JSON.stringify(options);
  if (!browsers.get(way)?.isConnected()) browsers.set(way, await launch(options));
  return browsers.get(way);
}
after(() => Promise.all([...browsers.values()].map((browser) => browser.close())));

class World {
  #browser;
  #visitors = [];
  #last = [];
  #secrets = [];

  static async open(house, browser) {
    const world = new World();
    [world.demo, world.#browser] = await Promise.all([house.start(), theBrowser(browser)]);
    return world;
  }

  get emulator() {
    return this.demo.emulator;
  }

  /** Another person with a browser of their own. */
  async visitor(options) {
    const visitor = await Visitor.arrive(this.#browser, this.demo, options);
    this.#visitors.push(visitor);
    return visitor;
  }

  /** Ends a visitor's browser together with all that was seen in it. */
  async forget(visitor) {
    this.#visitors = this.#visitors.filter((known) => known !== visitor);
    await visitor.context.close();
  }

  /** Everything that was secret so far, handles of sessions and flows included. */
  async secrets() {
    // A demo that has ended issues nothing new.
    if (this.demo.hasEnded) return this.#secrets;
    const secrets = secretsIn(await this.emulator.exchanges(), await this.emulator.world());
    for (const { context } of this.#visitors) {
      const cookies = await context.cookies(this.demo.origin);
      secrets.push(...cookies.filter(({ httpOnly }) => httpOnly).map(({ value }) => ({ kind: "cookie", value })));
    }
    this.#secrets = secrets;
    return secrets;
  }

  /** Ends the demo as Ctrl-C does, and says how it ended. What was secret stays known for the search. */
  async interrupt() {
    await this.secrets();
    for (const { witness, context } of this.#visitors) {
      for (const page of context.pages()) {
        await witness.look(page);
        await page.goto("about:blank");
      }
    }
    return this.demo.interrupt();
  }

  /** Every place where a secret was seen that has no business there. */
  async leaks() {
    const secrets = await this.secrets();
    const found = [];
    for (const { witness, context } of this.#visitors) {
      for (const page of context.pages()) await witness.look(page);
      found.push(...leaksIn(secrets, await witness.sightings()));
    }
    found.push(...leaksInText(secrets, this.demo.output, "the demo's log"));
    for (const name of await readdir(this.demo.data)) {
      const bytes = await readFile(join(this.demo.data, name));
      found.push(...leaksInText(secrets, bytes.toString("latin1"), name));
    }
    return found;
  }

  async isClean() {
    assert.deepEqual(await this.leaks(), []);
    assert.deepEqual(this.#visitors.flatMap(({ witness }) => witness.complaints), []);
  }

  /** Has `work` done once browser and house are gone. */
  atEnd = (work) => this.#last.push(work);

  async close() {
    await Promise.all(this.#visitors.map(({ context }) => context.close()));
    await this.demo.close();
    for (const work of this.#last) await work();
  }
}

const LONGEST_MS = 120_000;
