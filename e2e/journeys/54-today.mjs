// Today: who wrote for the first time is done by a key and undone, answered and gone by itself, put off, passed on to a colleague;
// a promise is kept; a month is looked at. At a desk, on a phone in the dark, by keyboard.

import { signIn } from "../lib/steps.mjs";

export const timeout = 240_000;

const COLLEAGUE = "jonas@fuenteyflor.example";

export default async function (t) {
  // Its people keep silent, so that cards stay as they are.
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await looksAtIt(t, page);
  await doesByKeys(t, page);
  await putsOff(t, app, page);
  const colleague = await t.page({ width: 1280, height: 860 });
  await signIn(app, colleague, { mail: COLLEAGUE });
  await passesOn(t, app, page, colleague);
  await keepsAPromise(t, app, page);
  await looksAtTheMonth(t, app, page);
  await onAPhone(t, app, page);
  await goesByItself(t, app, page);
}

const cards = (page) => page.locator(".today-card");
const names = (page) => page.locator(".today-who").allInnerTexts();

async function looksAtIt(t, page) {
  await page.getByRole("heading", { level: 1, name: /^Hello, / }).waitFor();
  await cards(page).first().waitFor();
  t.ok((await cards(page).count()) <= 7, "no more than seven cards");
  await t.sees(page, "Wrote for the first time");
  await t.axe(page);
  await t.picture("today-desktop", page, { whole: true });
}

/** j goes to a card; d does it, z undoes it: nothing is done to another card. */
async function doesByKeys(t, page) {
  const before = await names(page);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const second = await page.evaluate(() => document.activeElement?.closest(".today-card")?.id);
  t.equal(second, await cards(page).nth(1).getAttribute("id"), "the second card has the focus");
  await page.keyboard.press("d");
  await t.sees(page, "Done.");
  await page.locator(`#${second}`).waitFor({ state: "detached" });
  await page.keyboard.press("z");
  await page.locator(`#${second}`).waitFor();
  t.equal(await names(page), before, "all stands as it stood");
}

async function putsOff(t, app, page) {
  const first = await cards(page).first().getAttribute("id");
  await page.keyboard.press("s");
  const menu = page.locator(".today-menu:popover-open");
  await menu.waitFor();
  t.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), "Tomorrow", "the caret is in the menu");
  await t.axe(page);
  await t.picture("today-put-off", page);
  // A day that is over is refused, and what was typed is kept.
  await menu.getByLabel("Another day").evaluate((field) => field.removeAttribute("min"));
  await menu.getByLabel("Another day").fill("2020-01-01");
  await menu.getByRole("button", { name: "Put off" }).click();
  await page.getByRole("alert").filter({ hasText: "a day after today" }).waitFor();
  t.equal(await page.getByLabel("Another day").first().inputValue(), "2020-01-01");
  await t.axe(page);
  await page.goto(app.url);
  await page.locator(`#${first}`).getByRole("button", { name: /^Put off/ }).click();
  await page.locator(".today-menu:popover-open").getByRole("button", { name: "Tomorrow" }).click();
  await t.sees(page, "Put off until ");
  await page.locator(`#${first}`).waitFor({ state: "detached" });
  await page.keyboard.press("z");
  await page.locator(`#${first}`).waitFor();
}

async function passesOn(t, app, page, colleague) {
  await page.goto(app.url);
  const first = await cards(page).first().getAttribute("id");
  const who = (await names(page))[0];
  await page.keyboard.press("a");
  const menu = page.locator(".today-menu:popover-open");
  await menu.waitFor();
  await menu.getByLabel("To whom").selectOption({ label: "Jonas Wiebke" });
  await menu.getByLabel(/What they should know/).fill("You know the grinder better than I do.");
  await t.picture("today-pass-on", page);
  await menu.getByRole("button", { name: "Pass it on" }).click();
  await t.sees(page, "It stands in the Today of Jonas Wiebke.");
  await page.locator(`#${first}`).waitFor({ state: "detached" });
  // It comes to the colleague's open page by itself.
  const card = colleague.locator(`#${first}`);
  await card.getByText("You know the grinder better than I do.").waitFor();
  t.equal(await card.locator(".today-who").innerText(), who);
  await t.axe(colleague);
  await t.picture("today-passed-on", colleague, { whole: true });
}

async function keepsAPromise(t, app, page) {
  await page.goto(`${app.url}/inbox`);
  await page.locator("a[href^='/inbox/']", { hasText: "Blanca Otxoa" }).first().click();
  await page.waitForURL(/\/inbox\/\d+/);
  await page.getByLabel(/your answer/i).fill("Gracias, Blanca. Lo revisaré hoy.");
  await page.getByRole("button", { name: /Send to Blanca Otxoa by e-mail/ }).click();
  await page.getByRole("button", { name: /^Yes, remind us/ }).first().click();
  await t.sees(page, "A promise. It stands under Promises");
  await page.goto(app.url);
  const card = page.locator(".today-card", { hasText: "Lo revisaré hoy." });
  // What has waited for longer may stand before it.
  for (let n = 0; n < 12 && !(await card.isVisible()); n += 1) {
    const above = page.locator(`#${await cards(page).first().getAttribute("id")}`);
    await above.getByRole("button", { name: /^(Done|Kept)/ }).click();
    await above.waitFor({ state: "detached" });
  }
  await card.getByText("It is due today.").waitFor();
  await t.axe(page);
  await t.picture("today-promise", page, { whole: true });
  await card.getByRole("link", { name: /^Open the promise/ }).click();
  await page.waitForURL(/#promise-\d+$/);
  await page.goto(app.url);
  await card.getByRole("button", { name: /^Kept/ }).click();
  await t.sees(page, "Kept. It stays on the record.");
  await card.waitFor({ state: "detached" });
}

async function looksAtTheMonth(t, app, page) {
  await page.goto(app.url);
  await page.getByRole("link", { name: "Days kept" }).click();
  await page.getByRole("heading", { level: 1, name: "Days kept" }).waitFor();
  t.equal(await page.locator(".month thead th").count(), 7);
  await page.locator('.month [data-kind="today"]').waitFor();
  await t.axe(page);
  await t.picture("today-month", page, { whole: true });
  await page.locator('a[rel="prev"]').click();
  await page.locator('a[rel="next"]').waitFor();
}

async function onAPhone(t, app, page) {
  const phone = await t.page({ width: 375, height: 760, dark: true, as: page });
  for (const [name, path] of [["today-phone", "/"], ["today-month-phone", "/today/month"]]) {
    await phone.goto(`${app.url}${path}`);
    const overflow = await phone.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    t.ok(overflow <= 0, `${path} is ${overflow} px wider than the phone`);
    await t.axe(phone);
    await t.picture(name, phone, { whole: true });
  }
  await phone.goto(app.url);
  for (const button of await phone.locator(".today-acts .button:visible").all()) {
    t.ok((await button.boundingBox()).height >= 44, "large enough for a thumb");
  }
  await phone.close();
}

/** An answer elsewhere takes the card from a page that is open, and leaves the focus where it is. */
async function goesByItself(t, app, page) {
  await page.goto(app.url);
  const count = await cards(page).count();
  if (count === 0) {
    await t.sees(page, "That’s all for today");
    await t.picture("today-calm", page);
    return;
  }
  const last = cards(page).nth(count - 1);
  const href = await cards(page).first().locator("[data-item]").getAttribute("href");
  const first = await cards(page).first().getAttribute("id");
  await last.locator("[data-item]").focus();
  const focused = await page.evaluate(() => document.activeElement?.getAttribute("href"));
  const other = await t.page({ width: 1280, height: 860, as: page });
  await other.goto(`${app.url}${href}`);
  await other.getByRole("button", { name: "Close" }).first().click();
  // A page that is closed while it goes to another one is not closed.
  await other.waitForURL((url) => url.pathname !== href);
  await page.locator(`#${first}`).waitFor({ state: "detached" });
  if (count > 1) t.equal(await page.evaluate(() => document.activeElement?.getAttribute("href")), focused, "the focus stays");
  await other.close();
}
