// How fast a page is ready and how soon a click leads to Microsoft, with the processor slowed four times, beside
// @azure/msal-browser in the same run. Prints a table; nothing depends on the figures. `npm run timing`, after `cargo build`.

import { createRequire } from "node:module";
import { join } from "node:path";

import { launch } from "../src/chromium.js";
import { ROOT } from "../src/demo.js";
import { Program } from "../src/program.js";
import { Site } from "../src/site.js";

const RUNS = Number(process.env.RUNS ?? 25);
const SLOWED = 4;

const site = await Site.start();
let microsoft;
let authority;
let browser;
try {
  [microsoft, authority] = await startMicrosoft(site.data);
  browser = await launch();
  site.serve("/msal.js", join(createRequire(import.meta.url).resolve("@azure/msal-browser/package.json"), "../lib/msal-browser.min.js"));
  // As a bundler would have it: the element's one import does not wait for the element.
  const script = '<link rel="modulepreload" href="/sdk/index.js"><script type="module" src="/sdk/element.js"></script>';
  site.show("/ours", `${script}<connect-outlook></connect-outlook>`);
  const form = '<form method="post" action="/outlook/v1/connect"><button>Connect Outlook</button></form>';
  site.show("/form", `<link rel="stylesheet" href="/sdk/connect-outlook.css">${script}<connect-outlook>${form}</connect-outlook>`);
  site.show("/theirs", '<script src="/msal.js"></script><button>Sign in</button>', "default-src 'self'; connect-src *");
  const visits = [
    ["connect-outlook, a click out of nowhere", "/ours", pressOurs],
    ["connect-outlook, an ordinary press", "/ours", heardClick],
    ["connect-outlook, form inside, hovered before", "/form", pressOurs, hoverOurs],
    ["msal-browser, initialize + loginRedirect", "/theirs", pressTheirs],
  ];
  const found = visits.map(() => []);
  // One after the other in each run, each first in turn, so that whatever else the machine does hits all of them.
  for (let run = 0; run < RUNS; run += 1) {
    for (let turn = 0; turn < visits.length; turn += 1) {
      const at = (run + turn) % visits.length;
      const [, path, press, before] = visits[at];
      found[at].push(await measure(path, press, before));
    }
  }
  console.log(`Chromium ${browser.version()}, processor slowed ${SLOWED} times, ${RUNS} runs, medians in ms (fastest to slowest)\n`);
  console.log("| | first paint | script ready | click to Microsoft |\n| --- | ---: | ---: | ---: |");
  for (const [at, [title]] of visits.entries()) {
    console.log(`| ${title} | ${["painted", "ready", "away"].map((what) => spread(found[at].map((one) => one[what]))).join(" | ")} |`);
  }
} finally {
  await browser?.close();
  await microsoft?.close();
  await site.close();
}

/** One visit by somebody new: `painted`, `ready` since the page was asked for, `away` since the click. */
async function measure(path, press, before) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  await devtools.send("Network.enable");
  await page.goto(site.origin + path);
  const { painted, ready } = await page.evaluate(whenReady);
  // Nobody presses what they have not seen: what the page still fetches is there by then.
  await page.waitForLoadState("networkidle");
  await before?.(page);
  const left = new Promise((resolve) => {
    devtools.on("Network.requestWillBeSent", ({ request, type, wallTime }) => {
      if (type === "Document" && request.url.includes("/oauth2/v2.0/authorize")) resolve(wallTime * 1_000);
    });
  });
  const pressed = page.evaluate(press, authority);
  if (press === heardClick) await pressByHand(page);
  const clicked = await pressed;
  const away = (await left) - clicked;
  await context.close();
  return { painted, ready, away };
}

async function whenReady() {
  const element = document.querySelector("connect-outlook");
  if (element) await customElements.whenDefined("connect-outlook");
  const [paint] = await new Promise((resolve) => {
    new PerformanceObserver((list, observer) => {
      const found = list.getEntriesByName("first-contentful-paint");
      if (found.length > 0) resolve(found, observer.disconnect());
    }).observe({ type: "paint", buffered: true });
  });
  const scripts = performance.getEntriesByType("resource").filter(({ initiatorType }) => initiatorType === "script");
  const { domContentLoadedEventEnd: ready } = performance.getEntriesByType("navigation")[0];
  return { painted: paint.startTime, ready: Math.max(ready, ...scripts.map(({ responseEnd }) => responseEnd)) };
}

function pressOurs() {
  const button = document.querySelector("connect-outlook").shadowRoot.querySelector("button");
  const clicked = performance.timeOrigin + performance.now();
  button.click();
  return clicked;
}

/** When the click of somebody's hand arrives. */
function heardClick() {
  return new Promise((resolve) => addEventListener("click", ({ timeStamp }) => resolve(performance.timeOrigin + timeStamp), { capture: true }));
}

/** A finger or a mouse is there before it clicks, and a press takes its time: this is a short one. */
function pressByHand(page) {
  return page.click("connect-outlook", { delay: 80 });
}

async function hoverOurs(page) {
  await page.hover("connect-outlook");
  await page.evaluate(() => import("/sdk/index.js").then(({ load }) => load()));
}

function pressTheirs(authority) {
  const clicked = performance.timeOrigin + performance.now();
  const auth = { clientId: "c0ffee00-0000-4000-8000-000000000004", authority: `${authority}/common`, knownAuthorities: [new URL(authority).host], redirectUri: "/spa-callback" };
  window.msal.createStandardPublicClientApplication({ auth }).then((app) => app.loginRedirect({ scopes: ["User.Read", "Mail.Read"] }));
  return clicked;
}

/** An emulator of the standard world that speaks HTTPS: msal-browser takes no other. */
async function startMicrosoft(folder) {
  const binary = process.env.EMULATOR_BINARY ?? join(ROOT, "target/debug/connect-outlook-emulator");
  const program = new Program(binary, ["--port", "0", "--https", join(folder, "authority.pem")], process.env);
  const [origin] = await program.says(/^Emulator ready: (https:\/\/127\.0\.0\.1:\d+)\//m);
  return [program, origin];
}

function spread(figures) {
  const sorted = figures.toSorted((a, b) => a - b).map(Math.round);
  return `${sorted[Math.floor(sorted.length / 2)]} (${sorted[0]} to ${sorted.at(-1)})`;
}
