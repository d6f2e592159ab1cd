// The steps, gathered into chapters and drawn as a small sequence diagram.

import { byId, hiddenText, make, shape } from "../dom.js";
import { bytes, clockTime, counted, number } from "../format.js";
import { wordsFor } from "./words.js";

/** Draws all `steps`, the newest chapter first and open. Steps after number `seen` are marked as fresh. */
export function drawSteps(steps, seen) {
  const room = byId("steps");
  if (steps.length === 0) {
    room.replaceChildren(make("p", { class: "steps-none" }, "Nothing yet. Press the button, and each step appears here."));
    return;
  }
  const chapters = inChapters(steps);
  const opened = new Map([...room.querySelectorAll("details")].map((chapter) => [chapter.dataset.from, chapter]));
  const newest = chapters.at(-1);
  room.replaceChildren(
    ...chapters.reverse().map((chapter) => {
      const before = opened.get(String(chapter.from));
      // A chapter that the visitor opened or closed stays so; one that is no longer the newest closes once.
      const touched = before?.dataset.touched;
      const open = touched ? before.open : chapter === newest;
      return draw(chapter, { open, touched, seen });
    }),
  );
}

function inChapters(steps) {
  const chapters = [];
  for (const step of steps) {
    const { chapter: title } = wordsFor(step);
    const current = chapters.at(-1);
    if (!current || (title && begins(title, current))) {
      chapters.push({ title: title ?? "Before", from: step.sequence, steps: [step] });
    } else {
      current.steps.push(step);
    }
  }
  return chapters;
}

// Reading goes on in the chapter of a jump or of other reading; everything else that begins a chapter does begin one.
function begins(title, current) {
  return title !== "Reading mail" || !["Reading mail", "Later"].includes(current.title);
}

function draw({ title, from, steps }, { open, touched, seen }) {
  const chapter = make(
    "details",
    { class: "chapter", open, "data-from": from, "data-touched": touched },
    make("summary", {}, title, make("span", { class: "chapter-count" }, `${counted(steps.length, "step")}, ${clockTime(steps[0].time)}`)),
    make("ol", {}, ...steps.map((step) => drawStep(step, step.sequence > seen))),
  );
  chapter.querySelector("summary").addEventListener("click", () => {
    chapter.dataset.touched = "true";
  });
  return chapter;
}

function drawStep(step, fresh) {
  const { title, note, tone } = wordsFor(step);
  const way = step.from === step.to ? `In ${NAMES[step.from]}: ` : `From ${NAMES[step.from]} to ${NAMES[step.to]}: `;
  return make(
    "li",
    { class: fresh ? "step fresh" : "step", "data-testid": "step", "data-kind": step.kind, "data-tone": tone },
    make("div", { class: "step-lanes", "aria-hidden": "true" }, arrow(step)),
    make(
      "div",
      { class: "step-words" },
      make("p", { class: "step-title" }, hiddenText(way), title),
      note && make("p", { class: "step-note" }, note),
      make("dl", { class: "facts" }, ...step.facts.filter(({ name }) => name !== "of").map(drawFact)),
    ),
  );
}

function arrow({ from, to }) {
  const [start, end] = [LANES[from], LANES[to]];
  const picture = shape("svg", { class: "step-arrow", viewBox: "0 0 72 12", preserveAspectRatio: "xMidYMid meet" });
  const dot = shape("circle", { cx: start, cy: 6, r: 3.4, fill: "currentColor" });
  if (start === end) {
    picture.append(shape("circle", { cx: start, cy: 6, r: 5, fill: "var(--card)", stroke: "currentColor", "stroke-width": 2 }));
    return picture;
  }
  const back = end < start ? 1 : -1;
  picture.append(
    dot,
    shape("path", { d: `M${start} 6H${end + back}`, stroke: "currentColor", "stroke-width": 2, fill: "none" }),
    shape("path", { d: `M${end} 6l${back * 6}-4.2v8.4z`, fill: "currentColor" }),
  );
  return picture;
}

const drawFact = ({ name, word, amount, unit }) =>
  make("div", {}, make("dt", {}, name), make("dd", {}, word ?? UNITS[unit]?.(amount) ?? number(amount)));

const UNITS = {
  characters: (amount) => counted(amount, "character"),
  bytes,
  milliseconds: (amount) => `${number(amount)} ms`,
  seconds: (amount) => `${number(amount)} s`,
};

const NAMES = { page: "your page", server: "your server", microsoft: "Microsoft" };
const LANES = { page: 12, server: 36, microsoft: 60 };
