// Fetching the steps and keeping the picture up to date.

import { byId } from "../dom.js";
import { stepsAfter } from "../demo.js";
import { clockTime } from "../format.js";
import { drawSteps } from "./chapters.js";
import { holdingsAfter } from "./holdings.js";
import { drawParties } from "./parties.js";

const story = { steps: [], drawn: 0, now: Date.now() / 1000, connected: false, fetching: null };

/** The time by the demo's clock, unix seconds. */
export const demoNow = () => story.now;

/** Fetches what is new and draws it. Quiet when the server does not answer: the panel only watches. */
export function refreshSteps() {
  story.fetching ??= fetchAndDraw().finally(() => {
    story.fetching = null;
  });
  return story.fetching;
}

/** Tells the picture whether a mailbox is connected. */
export function setConnected(connected) {
  story.connected = connected;
  drawParties(holdingsAfter(story.steps, connected), story.drawn);
}

/** Looks for new steps from time to time while the page can be seen. */
export function watchSteps() {
  setInterval(() => document.visibilityState === "visible" && refreshSteps(), EVERY);
}

async function fetchAndDraw() {
  try {
    const last = story.steps.at(-1)?.sequence ?? 0;
    const { steps, now, ahead } = await stepsAfter(last);
    story.now = now;
    showClock(now, ahead);
    if (steps.length > 0 || story.steps.length === 0) draw(steps);
  } catch {
    // The next look may succeed.
  }
}

function draw(steps) {
  story.steps.push(...steps);
  drawSteps(story.steps, story.drawn);
  drawParties(holdingsAfter(story.steps, story.connected), story.drawn);
  story.drawn = story.steps.at(-1)?.sequence ?? 0;
}

function showClock(now, ahead) {
  const hours = Math.round(ahead / 3600);
  const lead = hours > 0 ? `, ${hours} hour${hours === 1 ? "" : "s"} ahead of yours` : "";
  byId("clock").textContent = `Clock of server and Microsoft: ${clockTime(now)}${lead}`;
}

const EVERY = 2500;
