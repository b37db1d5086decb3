// What a journey can do.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { violations } from "./axe.mjs";
import { INSTALL, Mail } from "./mail.mjs";
import { Server } from "./server.mjs";
import { Styleguide } from "./styleguide.mjs";

/** The journey can't be made on this machine. */
export class Skipped extends Error {}

export class Journey {
  #binary;
  #browser;
  #pictures;
  #servers = [];
  #mail;
  #contexts = [];
  #faults = [];
  #page;

  constructor({ binary, browser, pictures }) {
    this.#binary = binary;
    this.#browser = browser;
    this.#pictures = pictures;
  }

  /** A fresh Tertulia; `demo` starts it with the demo's people in it. See Server for what it can do. */
  async start(options) {
    const server = await Server.start(this.#binary, options);
    this.#servers.push(server);
    return server;
  }

  /** Mail servers of its own, with a box for every name; where they are not installed the journey ends here, skipped. */
  async mail() {
    this.#mail = await Mail.start(this.#binary);
    if (!this.#mail) this.skip(`mail servers not installed (install: ${INSTALL})`);
    return this.#mail;
  }

  /** The page of all components; its address is `url`. */
  async styleguide() {
    const guide = await Styleguide.start();
    this.#servers.push(guide);
    return guide;
  }

  /** Gives up for a reason outside of the project; on a build machine, which must have everything, that is a failure. */
  skip(reason) {
    throw process.env.CI === "true" ? new Error(reason) : new Skipped(reason);
  }

  /**
   * A page in a browser of its own: nobody is signed in. `user` shares the browser of another page instead; `as` is the
   * same person on another device: a browser of its own with the other page's cookies.
   */
  async page({ width = 1280, height = 800, dark = false, javascript = true, user, as, ...more } = {}) {
    const storageState = as ? await as.context().storageState() : undefined;
    const own = () => this.#context({ width, height, dark, javascript, storageState, ...more });
    const context = user ? user.context() : await own();
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on("pageerror", (error) => this.#faults.push(`a script failed on ${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && /Content[ -]Security[ -]Policy/i.test(text)) this.#faults.push(text);
    });
    this.#page = page;
    return page;
  }

  async #context({ width, height, dark, javascript, ...more }) {
    const context = await this.#browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
      javaScriptEnabled: javascript,
      reducedMotion: "reduce",
      locale: "en-GB",
      timezoneId: "Europe/Madrid",
      ...more,
    });
    this.#contexts.push(context);
    return context;
  }

  /** A picture of a page (by default the one opened last) in e2e/pictures/: what the screen shows, or the whole of it. */
  async picture(name, page = this.#page, { whole = false } = {}) {
    await mkdir(this.#pictures, { recursive: true });
    await page?.screenshot({ path: path.join(this.#pictures, `${name}.png`), animations: "disabled", fullPage: whole });
  }

  /** No serious or critical accessibility violation. */
  async axe(page = this.#page) {
    const found = await violations(page);
    assert.equal(found.length, 0, `${page.url()} is hard to use for some:\n  ${found.join("\n  ")}`);
  }

  ok(value, message) {
    assert.ok(value, message);
  }

  equal(actual, expected, message) {
    assert.deepEqual(actual, expected, message);
  }

  match(text, pattern, message) {
    assert.match(text, pattern, message);
  }

  /** Waits until the page shows this text. */
  async sees(page, text) {
    await page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** Waits until `probe` gives something, and gives that. */
  async until(what, probe, patience = 10_000) {
    const end = Date.now() + patience;
    for (;;) {
      const value = await probe();
      if (value) return value;
      assert.ok(Date.now() < end, `waited ${patience} ms in vain: ${what}`);
      await sleep(50);
    }
  }

  /** Forgets script errors so far, for a journey that causes one on purpose. */
  forgive() {
    this.#faults = [];
  }

  /** Scripts that failed are the journey's failure, though every assertion held. */
  verdict() {
    assert.equal(this.#faults.length, 0, this.#faults.join("\n"));
  }

  async end() {
    await Promise.allSettled(this.#contexts.map((context) => context.close()));
    await Promise.allSettled([...this.#servers, this.#mail].map((server) => server?.stop()));
  }

  /** What the servers printed, to explain a failure. */
  logs() {
    return this.#servers.map((server) => server.said()).join("\n");
  }
}
