// One step as a line of a small sequence diagram: three life lines, an arrow, and what happened.

import { hiddenText, make, shape } from "../dom.js";
import { bytes, counted, number } from "../format.js";
import { wordsFor } from "./words.js";

/** A step that happened, with its facts. `fresh`: since the last look. */
export function drawStep(step, fresh) {
  const { title, note, tone } = wordsFor(step);
  const facts = step.facts.filter(({ name }) => !SAID.includes(name));
  return make(
    "li",
    { class: fresh ? "step fresh" : "step", "data-testid": "step", "data-kind": step.kind, "data-tone": tone },
    lanes(step),
    make(
      "div",
      { class: "step-words" },
      make("p", { class: "step-title" }, hiddenText(way(step)), title),
      note && make("p", { class: "step-note" }, note),
      facts.length > 0 && make("dl", { class: "facts" }, ...facts.map(drawFact)),
    ),
  );
}

/** A step that is only announced. */
export function drawPlainStep(step) {
  const words = make("div", { class: "step-words" }, make("p", { class: "step-title" }, step.title));
  return make("li", { class: "step", "data-tone": step.tone }, lanes(step), words);
}

function way({ from, to }) {
  return from === to ? `In ${NAMES[from]}: ` : `From ${NAMES[from]} to ${NAMES[to]}: `;
}

function lanes({ from, to }) {
  const picture = shape("svg", { class: "step-arrow", viewBox: "0 0 72 12" }, ...(from === to ? ring(LANES[from]) : arrow(LANES[from], LANES[to])));
  return make("div", { class: "step-lanes", "aria-hidden": "true" }, picture);
}

const ring = (at) => [shape("circle", { cx: at, cy: 6, r: 5, fill: "var(--card)", stroke: "currentColor", "stroke-width": 2 })];

function arrow(start, end) {
  const back = end < start ? 1 : -1;
  return [
    shape("circle", { cx: start, cy: 6, r: 3.4, fill: "currentColor" }),
    shape("path", { d: `M${start} 6H${end + back}`, stroke: "currentColor", "stroke-width": 2, fill: "none" }),
    shape("path", { d: `M${end} 6l${back * 6}-4.2v8.4z`, fill: "currentColor" }),
  ];
}

const drawFact = ({ name, word, amount, unit }) =>
  make("div", {}, make("dt", {}, name), make("dd", {}, word ?? UNITS[unit]?.(amount) ?? number(amount)));

// Part of the title already.
const SAID = ["of", "pressed"];

const UNITS = {
  characters: (amount) => counted(amount, "character"),
  bytes,
  milliseconds: (amount) => `${number(amount)} ms`,
  seconds: (amount) => `${number(amount)} s`,
};

const NAMES = { page: "your page", server: "your server", microsoft: "Microsoft" };
const LANES = { page: 12, server: 36, microsoft: 60 };
