// Signing in in a window of its own.

/** Opens the demo; its button opens a window. `attributes` go on the element. */
export async function openInWindow(visitor, attributes = {}) {
  await visitor.open();
  await visitor.page.evaluate((attributes) => {
    const element = document.querySelector("connect-outlook");
    // The demo's page isolates itself (COOP), so its windows are cut off at once. Playwright gives every page the focus;
    // in a browser the window has it until it is closed.
    const { hasFocus } = document;
    document.hasFocus = () => hasFocus.call(document) && !window.visitorIsInWindow;
    for (const [name, value] of Object.entries({ mode: "popup", ...attributes })) element.setAttribute(name, value);
  }, attributes);
}

/** Presses the button; answers the same person in the window, when Microsoft's page is there. */
export async function opensWindow(visitor) {
  const arrived = visitor.context.waitForEvent("page");
  await visitor.page.evaluate(() => (window.visitorIsInWindow = true));
  await visitor.connectButton().click();
  const page = await arrived;
  page.on("close", () => visitor.page.evaluate(() => (window.visitorIsInWindow = false)).catch(() => {}));
  await page.waitForURL(`${visitor.demo.emulator.origin}/**`);
  return visitor.at(page);
}
