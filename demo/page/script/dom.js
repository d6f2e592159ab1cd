// Building and finding elements. Text is always a text node: nothing that came from outside is ever read as markup.

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/**
 * A new element. `attributes`: strings become attributes, `true` an empty one, `false`, `null` and `undefined` none, functions
 * listeners (named as the event).
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

/** An icon of `icons.svg`. With `label` it is read out, without it is decoration. */
export function icon(name, label, extra = "") {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("class", `icon ${extra}`.trim());
  picture.setAttribute("focusable", "false");
  if (label) {
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", label);
  } else {
    picture.setAttribute("aria-hidden", "true");
  }
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/page/icons.svg#${name}`);
  picture.append(use);
  return picture;
}

/** A shape inside an SVG picture. */
export function shape(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Text for screen readers only. */
export const hiddenText = (text) => make("span", { class: "hidden-text" }, text);

const SVG = "http://www.w3.org/2000/svg";
