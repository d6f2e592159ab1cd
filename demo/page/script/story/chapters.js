// The steps, gathered into chapters.

import { byId, make } from "../dom.js";
import { counted, secondsTime } from "../format.js";
import { drawPlainStep, drawStep } from "./step.js";
import { factOf, wordsFor } from "./words.js";

/** Draws all `steps`, the newest chapter first. Steps after number `seen` are marked as fresh. */
export function drawSteps(steps, seen) {
  const room = byId("steps");
  if (steps.length === 0) {
    room.replaceChildren(preview());
    return;
  }
  const chapters = inChapters(withoutRepeats(steps));
  const before = new Map([...room.querySelectorAll("details")].map((chapter) => [chapter.dataset.from, chapter]));
  const newest = chapters.slice(-OPEN);
  room.replaceChildren(
    ...chapters.reverse().map((chapter) => {
      // A chapter that the visitor opened or closed stays so.
      const known = before.get(String(chapter.from));
      const touched = known?.dataset.touched;
      return draw(chapter, { open: touched ? known.open : newest.includes(chapter), touched, seen });
    }),
  );
}

/** What is to come, as long as nothing has happened. */
function preview() {
  return make(
    "section",
    { class: "chapter steps-none", "aria-labelledby": "steps-none" },
    make("h3", { id: "steps-none" }, "Press the button, and you will see"),
    make("ol", {}, ...TO_COME.map(([from, to, title, tone]) => drawPlainStep({ from, to, title, tone }))),
  );
}

/** Steps that only repeat the one before become one that counts them. */
function withoutRepeats(steps) {
  const kept = [];
  for (const step of steps) {
    const last = kept.at(-1);
    const repeats = last && REPEATED.includes(step.kind) && step.kind === last.kind && factOf(step, "of") === factOf(last, "of");
    if (!repeats) {
      kept.push({ ...step, times: 1 });
      continue;
    }
    const times = last.times + 1;
    const facts = last.facts.filter(({ name }) => ALIKE.includes(name));
    kept[kept.length - 1] = { ...last, sequence: step.sequence, times, facts: [...facts, { name: "calls", amount: times }] };
  }
  return kept;
}

function inChapters(steps) {
  const chapters = [];
  for (const step of steps) {
    const { chapter: title } = wordsFor(step);
    const current = chapters.at(-1);
    if (!current || (title && begins(title, current))) {
      chapters.push({ title: title ?? "Coming back", from: step.sequence, steps: [step] });
    } else {
      current.steps.push(step);
    }
  }
  return chapters;
}

// The reading that follows a jump belongs to it.
function begins(title, current) {
  return title !== "Reading mail" || current.title !== "Later" || current.steps.some(({ kind }) => kind === "mail_asked");
}

function draw({ title, from, steps }, { open, touched, seen }) {
  const about = `${counted(steps.length, "step")}, ${secondsTime(steps[0].time)}`;
  const chapter = make(
    "details",
    { class: "chapter", open, "data-from": from, "data-touched": touched },
    make("summary", {}, title, make("span", { class: "chapter-count" }, about)),
    make("ol", {}, ...steps.map((step) => drawStep(step, step.sequence > seen))),
  );
  chapter.querySelector("summary").addEventListener("click", () => {
    chapter.dataset.touched = "true";
  });
  return chapter;
}

// How many chapters are open: what just happened, and what led to it.
const OPEN = 2;

const REPEATED = ["graph_called", "session_known"];
const ALIKE = ["of", "status", "access_token"];

const TO_COME = [
  ["page", "page", "how the page makes a secret of its own"],
  ["page", "microsoft", "how you sign in at Microsoft, and agree"],
  ["microsoft", "page", "how a code comes back"],
  ["page", "server", "how code and secret meet at the server"],
  ["server", "microsoft", "how the server trades them for tokens", "token"],
  ["server", "page", "how the mail arrives, and no token with it"],
];
