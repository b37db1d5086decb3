// Somebody asks for something: noted by one key where it was said, joined by a second person who asks for the same, made a
// change that is planned with a reason; on a phone the columns are one list. Two items become one and are parted again.

import { signIn } from "../lib/steps.mjs";

export const timeout = 120_000;

export default async function (t) {
  // Its people keep silent, so that the newest message stays the newest.
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await isEmpty(t, app, page);
  const item = await notesByKey(t, app, page);
  await asksInTheStream(t, app, page);
  await asksTheSame(t, app, page, item);
  await mergesAndParts(t, app, page, item);
  const change = await makesAChange(t, app, page, item);
  const phone = await t.page({ width: 375, height: 760, as: page, dark: true });
  await readsOnAPhone(t, app, phone, item, change);
}

async function isEmpty(t, app, page) {
  for (const key of ["g", "f"]) await page.keyboard.press(key);
  await page.waitForURL(`${app.url}/feedback`);
  await t.sees(page, "Nobody has asked for anything yet");
  await t.axe(page);
  await t.picture("feedback-empty", page);
}

/** Opens the `n`th conversation and notes what was asked there. */
async function opensForm(app, page, n) {
  await page.goto(`${app.url}/inbox`);
  const href = await page.locator(".rows [data-item]").nth(n).getAttribute("href");
  await page.goto(`${app.url}${href}`);
  await page.locator('[data-hotkey="w"]').waitFor();
  await page.keyboard.press("w");
  await page.waitForURL(/\/feedback\/new\?message=/);
}

/** The same key on what lies under the pointer. */
async function asksInTheStream(t, app, page) {
  await page.goto(`${app.url}/listen`);
  const heard = page.locator("article.heard:has([data-hotkey-here])").nth(1);
  const id = (await heard.getAttribute("id")).replace("heard-", "");
  await heard.hover();
  await page.keyboard.press("w");
  await page.waitForURL(`${app.url}/feedback/new?message=${id}`);
}

async function notesByKey(t, app, page) {
  await opensForm(app, page, 0);
  t.ok((await page.getByLabel("In a few words").inputValue()).length > 0, "their words are proposed");
  await t.axe(page);
  await t.picture("feedback-form", page);
  await page.getByLabel("In a few words").fill("Smaller bags of coffee");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Smaller bags of coffee" }).waitFor();
  await t.sees(page, "One person asks for it");
  await t.axe(page);
  await t.picture("feedback-item", page);
  return new URL(page.url()).pathname;
}

async function asksTheSame(t, app, page, item) {
  await opensForm(app, page, 1);
  await page.getByLabel("In a few words").fill("Coffee in small bags");
  const likely = page.locator("#likely", { hasText: "Smaller bags of coffee" });
  await likely.waitFor();
  await t.axe(page);
  await page.getByRole("button", { name: /^It is this one/ }).click();
  await page.waitForURL(`${app.url}${item}`);
  await t.sees(page, "2 people ask for it");
  await page.keyboard.press("z");
  await t.sees(page, "One person asks for it");
}

async function mergesAndParts(t, app, page, item) {
  await opensForm(app, page, 1);
  await page.getByLabel("In a few words").fill("Coffee in small bags");
  await page.getByRole("button", { name: "Put it on the list" }).click();
  await page.getByRole("heading", { name: "Coffee in small bags" }).waitFor();
  await page.getByRole("link", { name: /^Make them one/ }).click();
  await t.sees(page, "Together: 2 people ask for it");
  await t.axe(page);
  await t.picture("feedback-merge", page);
  await page.getByRole("button", { name: "Make them one" }).click();
  await page.waitForURL(`${app.url}${item}`);
  await t.sees(page, "2 people ask for it");
  // By keyboard: what can be undone lies over the foot of the page for a while.
  await page.getByText("Made one from 2 items").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^Part them again/ }).press("Enter");
  await page.getByRole("heading", { name: "Coffee in small bags" }).waitFor();
}

async function makesAChange(t, app, page, item) {
  await page.goto(`${app.url}${item}`);
  await page.getByRole("link", { name: "Make a change of it" }).click();
  await page.getByRole("button", { name: "Consider it" }).click();
  await t.sees(page, "One person asks for it");
  await page.getByText("Move it", { exact: true }).first().click();
  await page.getByLabel("How it stands").selectOption("declined");
  await page.getByRole("button", { name: "Move it" }).click();
  await page.locator(".banner", { hasText: "Say why not" }).waitFor();
  await t.axe(page);
  await page.getByLabel("How it stands").selectOption("planned");
  await page.getByLabel(/^Why/).fill("The bags are ordered.");
  await page.getByRole("button", { name: "Move it" }).click();
  await t.sees(page, "The bags are ordered.");
  await t.axe(page);
  await t.picture("feedback-change", page);
  return new URL(page.url()).pathname;
}

async function readsOnAPhone(t, app, page, item, change) {
  for (const path of ["/feedback", item, "/feedback/changes", change]) {
    await page.goto(`${app.url}${path}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    t.equal(wide, 0, `nothing of ${path} is wider than a phone`);
    await t.axe(page);
  }
  await page.goto(`${app.url}/feedback/changes`);
  const boxes = await page.locator(".change-column").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
  t.equal(new Set(boxes).size, 1, "the columns are one list");
  await t.picture("feedback-changes-phone-dark", page, { whole: true });
}
