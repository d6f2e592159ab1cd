// Pages of the demo's origin that are not the demo's: a site of somebody else's making, around the same package.

/** Has the visitor's browser find `markup` at `path`, under the policy `csp`. Everything else is the demo's. */
export const serve = (visitor, path, markup, { csp = POLICY, ...headers } = {}) =>
  visitor.context.route(
    (url) => url.origin === visitor.demo.origin && url.pathname === path,
    (route) =>
      route.fulfill({
        contentType: "text/html; charset=utf-8",
        headers: { "content-security-policy": csp, ...headers },
        body: `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>A page</title>${markup}`,
      }),
  );

/** A script of such a page: the policy forbids it in the markup. */
export const serveScript = (visitor, path, script) =>
  visitor.context.route(
    (url) => url.origin === visitor.demo.origin && url.pathname === path,
    (route) => route.fulfill({ contentType: "text/javascript; charset=utf-8", body: script }),
  );

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'";
