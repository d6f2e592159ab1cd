// Firefox, driven by WebDriver BiDi: Debian's, or the one that `FIREFOX` names.

import puppeteer from "puppeteer-core";

/** A Firefox with a profile of its own. */
export class Firefox {
  #browser;
  #page;

  static async launch() {
    const firefox = new Firefox();
    firefox.#browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
      headless: true,
      acceptInsecureCerts: true,
      extraPrefsFirefox: { "dom.disable_open_during_load": true },
    });
    [firefox.#page] = await firefox.#browser.pages();
    return firefox;
  }

  /** Opens an address in the tab. */
  open = (address) => this.#page.goto(address);

  /** What `look(...values)` answers in the page; it may answer JSON only. */
  ask = (look, ...values) => this.#page.evaluate(look, ...values);

  /** Whether `find(...values)` answers an element. */
  async has(find, ...values) {
    const handle = await this.#page.evaluateHandle(find, ...values);
    return handle.asElement() !== null;
  }

  /** Presses the element that `find(...values)` answers in the page, as a finger does. */
  async press(find, ...values) {
    const handle = await this.#page.evaluateHandle(find, ...values);
    await handle.asElement().click();
  }

  /** The tab's address. */
  address = async () => this.#page.url();

  /** How many tabs and windows there are. */
  windows = async () => (await this.#browser.pages()).length;

  /** Goes on in the other one of two, or in the one that is left. */
  async switchOver() {
    this.#page = (await this.#browser.pages()).find((page) => page !== this.#page);
  }

  close = () => this.#browser.close();
}
