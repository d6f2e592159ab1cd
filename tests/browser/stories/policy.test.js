// The content security policies that pages live under: with WebAssembly, without it, and pages that run no script at all.
// Violations are heard in the page, and collected where the browser reports them.

import assert from "node:assert/strict";

import { Reports } from "../src/reports.js";
import { Site } from "../src/site.js";
import { story } from "../src/world.js";

const FORM = '<form method="post" action="/outlook/v1/connect"><input type="hidden" name="return_to" value="/"><button>Connect Outlook</button></form>';

under("'self' 'wasm-unsafe-eval'", "under a strict policy with 'wasm-unsafe-eval' and Trusted Types a page connects, and nothing is violated", async ({ visitor, reports }) => {
  await visitor.leave();
  assert.match(visitor.page.url(), /[?&]response_mode=fragment(&|$)/, "the page drives");
  await visitor.sayYes();
  await seesInbox(visitor);
  await visitor.page.getByRole("button", { name: "Disconnect" }).click();
  await visitor.connectButton().waitFor();
  assert.deepEqual([visitor.witness.complaints, reports.received], [[], []]);
});

for (const [whose, form] of [["the page's form", FORM], ["a form that the element makes", ""]]) {
  under(
    "'self'",
    `where the policy forbids WebAssembly, ${whose} connects, and nothing else is violated`,
    async ({ visitor, reports }) => {
      const deep = form ? "/" : "/?page=2#part";
      await visitor.page.goto(visitor.demo.origin + deep);
      await visitor.leave();
      assert.match(visitor.page.url(), /[?&]response_mode=query(&|$)/, "the server drives");
      await visitor.sayYes();
      await seesWho(visitor);
      assert.equal(visitor.page.url(), visitor.demo.origin + deep, "back where it began, and the address is clean");
      await forgetWasm(visitor, reports);
    },
    { form },
  );
}

under("'self'", "where the policy forbids WebAssembly, a visitor who declines is told so, and can start again", async ({ visitor, reports }) => {
  await visitor.leave();
  await visitor.sayNo("Permissions requested");
  await visitor.page.getByText(/nothing was connected/i).waitFor();
  await visitor.leave();
  await visitor.sayYes();
  await seesWho(visitor);
  await forgetWasm(visitor, reports);
});

under(
  "'none'",
  "a page that runs no script connects, and nothing is violated",
  async ({ world, visitor, reports }) => {
    await visitor.leave();
    await visitor.sayYes();
    assert.equal(visitor.page.url(), `${visitor.demo.address}?connect_outlook=connected`);
    assert.equal((await world.emulator.tokenRequests()).length, 1);
    assert.deepEqual(reports.received, []);
    // The same person, once the page runs scripts.
    show(visitor.demo, "'self' 'wasm-unsafe-eval'", reports);
    const later = await world.visitor({ storageState: await visitor.context.storageState() });
    await later.page.goto(later.demo.address);
    await seesInbox(later);
  },
  { options: { javaScriptEnabled: false } },
);

story("without JavaScript the demo's own form connects", async (world) => {
  const visitor = await world.visitor({ javaScriptEnabled: false });
  await visitor.page.goto(world.demo.address);
  await visitor.leave();
  await visitor.sayYes();
  assert.equal(visitor.page.url(), `${world.demo.address}?connect_outlook=connected`);
  const later = await world.visitor({ storageState: await visitor.context.storageState() });
  await later.page.goto(world.demo.address);
  await later.seesMail();
});

under(
  "'self' 'wasm-unsafe-eval'",
  "what violates the policy is heard in the page and reported by the browser",
  async ({ visitor, reports }) => {
    const reported = reports.next();
    await visitor.page.evaluate(() => {
      const heard = new Promise((resolve) => addEventListener("securitypolicyviolation", resolve));
      try {
        document.body.innerHTML = "<p>Hello</p>";
      } catch {
        // Trusted Types refuse it.
      }
      return heard.then(() => {});
    });
    assert.match(await reported, /^require-trusted-types-for by /);
    assert.ok(visitor.witness.complaints.some((complaint) => complaint.startsWith("policy violated: require-trusted-types-for by ")), visitor.witness.complaints.join());
    visitor.witness.complaints = [];
  },
);

/** Tells a story of a visitor at a site whose pages allow scripts from `script` only. */
function under(script, title, tell, { form = FORM, options } = {}) {
  const there = async (world) => {
    const reports = await Reports.listen();
    world.atEnd(() => reports.close());
    show(world.demo, script, reports, form);
    const visitor = await world.visitor(options);
    await visitor.open();
    await tell({ world, visitor, reports });
  };
  story(title, there, Site);
}

function show(site, script, reports, form = FORM) {
  const csp =
    `default-src 'none'; script-src ${script}; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self' ${site.emulator.origin}; ` +
    `base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'; report-uri ${reports.address}`;
  const tag = script === "'none'" ? "" : '<script type="module" src="/page.js"></script>';
  for (const path of ["/", "/outlook-callback"]) site.show(path, `<main><h1>A page</h1><connect-outlook>${form}</connect-outlook><ol id="inbox"></ol></main>${tag}`, csp);
}

async function seesWho(visitor) {
  await visitor.page.locator("connect-outlook[state=connected]").waitFor();
  await visitor.page.getByText("ada@contoso.example").waitFor();
}

async function seesInbox(visitor) {
  await seesWho(visitor);
  await visitor.page.locator("#inbox li").nth(9).waitFor();
}

// Trying is how the package finds out, for the mail as well; that, and only that, is heard and reported.
async function forgetWasm({ page, witness }, reports) {
  await page.locator("#inbox").getByText("wasm_blocked").waitFor();
  const [heard, reported] = [witness.complaints, reports.received];
  assert.ok(heard.length > 0 && heard.every((complaint) => /wasm-eval|WebAssembly/.test(complaint)), heard.join("\n"));
  assert.ok(reported.length > 0 && reported.every((report) => report.startsWith("script-src by wasm-eval ")), reported.join("\n"));
  witness.complaints = [];
}
