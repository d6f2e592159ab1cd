// The picture of the three parties, with what each of them holds.

import { byId, icon, make } from "../dom.js";

/** Draws the parties. Things that came after step `seen` are marked as fresh. */
export function drawParties(holdings, seen) {
  byId("parties").replaceChildren(...PARTIES.map((party) => draw(party, holdings[party.name], seen)));
}

function draw(party, things, seen) {
  return make(
    "section",
    { class: "party", "data-party": party.name, "aria-label": party.title },
    make("span", { class: "party-icon" }, icon(party.picture)),
    make("h3", {}, party.title),
    make("p", { class: "party-where" }, party.where),
    party.stay && make("p", { class: "party-stay" }, party.stay),
    make("ul", { class: "holdings", "data-testid": `holds-${party.name}` }, ...contents(things, seen)),
  );
}

function contents(things, seen) {
  if (things.length === 0) return [make("li", { class: "holding holding-none" }, "Nothing yet")];
  return things.map(({ thing, detail, token, since }) =>
    make("li", { class: since > seen ? "holding fresh" : "holding", "data-token": token }, thing, detail && make("small", {}, detail)),
  );
}

const PARTIES = [
  { name: "page", picture: "page", title: "Your page", where: "in the browser" },
  { name: "server", picture: "server", title: "Your server", where: "confidential", stay: "Tokens stay here" },
  { name: "microsoft", picture: "microsoft", title: "Microsoft", where: "emulated" },
];
