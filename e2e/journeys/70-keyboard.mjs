// A day at the desk by keys alone: walk the list, open, answer, send, think again, close. The mouse stays where it is.

import { signIn } from "../lib/steps.mjs";

export default async function (t) {
  // Its people keep silent: a message that comes while an answer is being sent would rightly hold it back.
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const at = (pattern) => page.waitForURL(pattern);

  // Whoever wants to know the keys finds all that the page has.
  await press("?");
  const help = page.getByRole("dialog", { name: "Everything by keyboard" });
  await help.waitFor();
  await t.axe(page);
  await t.picture("keyboard-help", page);
  const told = await help.locator("kbd").allInnerTexts();
  await press("Escape");
  await help.waitFor({ state: "hidden" });

  await press("g", "i");
  await at(/\/inbox$/);
  await press("j", "j");
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("href"));
  const second = await page.locator(".rows [data-item]").nth(1).getAttribute("href");
  t.equal(await focused(), second, "j walks down");
  await press("k", "j", "Enter");
  await at((url) => url.pathname === second);
  await t.until("a reply can be written", () => page.getByLabel(/^Your answer to/).isVisible());
  for (const key of await page.locator("[data-hotkey]").evaluateAll((all) => all.map((one) => one.dataset.hotkey))) {
    for (const part of key.split(" ")) t.ok(told.includes(part), `? tells of the key ${key}`);
  }

  const words = "Thank you. We look into it this afternoon.";
  await press("r");
  await page.keyboard.type(words);
  await press("Control+Enter");
  await t.until("it stands in the conversation", async () => (await page.locator(".message.ours").last().innerText()).includes(words));
  await press("z");
  await t.until("the words are a draft again", async () => (await page.getByLabel(/^Your answer to/).inputValue()) === words);
  await press("r", "Control+Enter");
  await t.until("it stands there again", async () => (await page.locator(".message.ours").last().innerText()).includes(words));

  await press("e");
  await at((url) => url.pathname !== second);
  t.equal(await page.locator(`.rows a[href^="${second}"]`).count(), 0, "what is closed has left the list");
  await press("z");
  await at((url) => url.pathname === second);

  // Every screen has its key.
  const screens = { h: "/", l: "/listen", p: "/people", f: "/feedback", u: "/figures", n: "/mentions", k: "/know-how", c: "/channels", m: "/import", q: "/quarantine", t: "/team", s: "/settings" };
  for (const [key, path] of Object.entries(screens)) {
    await press("g", key);
    await at((url) => url.pathname === path);
  }
  await press("g", "l");
  await at(/\/listen/);
  await press("/");
  await page.keyboard.type("Mercado");
  await press("Enter");
  await at(/q=Mercado/);
  await t.sees(page, "Mercado");
  await turnsThemOff(t, app, page, press);
}

/** Who dictates turns single keys off, and on again; on a Cyrillic keyboard they have the same places. */
async function turnsThemOff(t, app, page, press) {
  await page.goto(`${app.url}/account`);
  const onPage = page.locator("main").getByLabel(/Single keys work/);
  await onPage.uncheck();
  await page.getByRole("button", { name: "Show the keys" }).click();
  const help = page.getByRole("dialog", { name: "Everything by keyboard" });
  t.equal(await help.getByLabel(/Single keys work/).isChecked(), false, "the list of keys says so");
  t.equal(await help.locator("kbd:visible").allInnerTexts(), ["Enter", "Ctrl", "Enter", "Alt", "1", "2", "3", "/", "Esc"], "and names those that still work");
  await t.axe(page);
  await t.picture("keyboard-off", page);
  await press("Escape");
  await help.waitFor({ state: "hidden" });
  await page.reload();
  for (const key of ["?", "g", "i", "j"]) await press(key);
  await page.waitForTimeout(300);
  t.equal([page.url(), await help.isVisible()], [`${app.url}/account`, false], "no key does anything");
  await onPage.check();
  const types = (key, code) =>
    page.evaluate(([key, code]) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code, bubbles: true })), [key, code]);
  await types("п", "KeyG");
  await types("ш", "KeyI");
  await page.waitForURL(/\/inbox$/);
}
