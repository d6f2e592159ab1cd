// A visitor with a browser that knows no scripts: it keeps cookies, follows redirects and presses buttons.

import assert from "node:assert/strict";

import { ORIGIN, person } from "./emulator.js";

/** Somebody with a browser of their own. */
export class Visitor {
  #cookies = new Map();

  /** Goes to `address` and presses what each page offers first, as this person, until the emulator sends the browser
   * away: the address, or the request if it is a form. Where a page has the button `press`, that one is pressed instead. */
  async comesBack(address, { as = "Ada", press } = {}) {
    const { back, title } = await this.#walk(new Request(address), as, press);
    assert.ok(back, `stuck at ${title}`);
    return back;
  }

  /** The same, but the way ends on a page of the emulator's without anything to press: its title. */
  async endsAt(address, { as = "Ada", press } = {}) {
    const { back, title } = await this.#walk(new Request(address), as, press);
    assert.ok(title, `sent to ${back}`);
    return title;
  }

  async #walk(request, as, press) {
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const answer = await this.#follow(request);
      if (answer instanceof URL) return { back: answer };
      const { url, html } = answer;
      const button = buttonOf(html, as, press);
      if (!button) return { title: /<title>(.*?) – Emulation<\/title>/.exec(html)?.[1] };
      request = pressed(html, button, url);
      if (new URL(request.url).origin !== ORIGIN) return { back: request };
    }
    throw new Error("more pages than a sign-in has");
  }

  // An address outside of the emulator, or a page.
  async #follow(request) {
    for (;;) {
      const cookies = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
      const answer = await fetch(request, { headers: { ...Object.fromEntries(request.headers), cookie: cookies }, redirect: "manual" });
      for (const line of answer.headers.getSetCookie()) this.#keep(line);
      const location = answer.headers.get("location");
      if (!location) return { url: request.url, html: await answer.text() };
      const next = new URL(location, request.url);
      if (next.origin !== ORIGIN) return next;
      request = new Request(next);
    }
  }

  #keep(line) {
    const [name, value] = line.split(";")[0].split("=");
    if (/max-age=0/i.test(line)) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

// The button that was asked for, else the person in a list of people, else the page's first offer.
function buttonOf(html, as, press) {
  const buttons = [...html.matchAll(/<button\b[^>]*>/g)].map(([tag]) => tag);
  const valued = (value) => buttons.find((tag) => attribute(tag, "value") === value);
  return (press && valued(press)) ?? valued(person(as).id) ?? buttons.find((tag) => /\bdata-primary\b/.test(tag));
}

function pressed(html, button, url) {
  const form = html.split("<form").find((part) => part.includes(button));
  const fields = [...form.matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag);
  const sent = fields.filter((tag) => attribute(tag, "type") !== "checkbox").map((tag) => [attribute(tag, "name"), attribute(tag, "value") ?? ""]);
  sent.push([attribute(button, "name"), attribute(button, "value")]);
  return new Request(new URL(attribute(`<form${form.split(">")[0]}>`, "action"), url), { method: "POST", body: new URLSearchParams(sent.filter(([name]) => name)) });
}

function attribute(tag, name) {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

const MOST_PAGES = 12;
