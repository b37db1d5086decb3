// Whom we hear and whom we do not: the overview says it, the pictures show it, each part opens its people; everybody's make-up is
// put down by hand; a question is read three times, with how sure it is; the view is shared by its address and taken along; on a
// phone in the dark, by keyboard, and without a script.

import { readFile } from "node:fs/promises";
import { signIn } from "../lib/steps.mjs";

export const timeout = 180_000;

const PARTS = "en; 30\nes; 50\npt; 5\nde; 10\nsw; 5";

export default async function (t) {
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await readsTheOverview(t, app, page);
  await putsNumbersDown(t, app, page);
  await seesWhoIsHeard(t, app, page);
  await asksHowSure(t, app, page);
  await takesItAlong(t, app, page);
  await prints(t, app, page);
  await readsTheLedger(t, app, page);
  const phone = await t.page({ width: 375, height: 760, as: page, dark: true });
  await readsOnAPhone(t, app, phone);
  const plain = await t.page({ width: 1024, height: 800, as: page, javascript: false });
  await readsWithoutAScript(t, app, plain);
}

async function readsTheOverview(t, app, page) {
  for (const key of ["g", "v"]) await page.keyboard.press(key);
  await page.waitForURL(/\/insights$/);
  await page.goto(`${app.url}/insights?days=365`);
  await t.sees(page, "We heard");
  await t.sees(page, "Who speaks");
  await t.until("the pictures are drawn", async () => (await page.locator("[data-chart] canvas").count()) >= 1);
  await t.axe(page);
  await t.picture("insights-overview", page, { whole: true });
  await page.locator("summary", { hasText: "Other days, channels, people" }).press("Enter");
  await page.getByLabel(/^From/).fill("2026-11-20");
  await page.getByLabel("Until, with this day").fill("2026-11-01");
  await page.getByRole("button", { name: "Show these" }).click();
  await page.locator("[data-refused]", { hasText: "lies before the first" }).waitFor();
  await t.axe(page);
}

async function putsNumbersDown(t, app, page) {
  await page.goto(`${app.url}/insights`);
  await page.getByRole("link", { name: "Everybody", exact: true }).click();
  await page.getByLabel("What the parts are of").selectOption("language");
  await page.getByLabel(/^Parts, a line each/).fill("en; 30");
  await page.getByLabel("Where the numbers are from").fill("Our own count");
  await page.getByLabel("Of which day they are").fill("2026-01-01");
  await page.getByRole("button", { name: "Keep these numbers" }).click();
  await page.locator("[data-refused]", { hasText: "Give at least two parts" }).waitFor();
  await t.axe(page);
  await page.getByLabel(/^Parts, a line each/).fill(PARTS);
  await page.getByRole("button", { name: "Keep these numbers" }).click();
  await t.sees(page, "Everybody: Our own count, as of 2026-01-01.");
  await t.axe(page);
  await t.picture("insights-population", page, { whole: true });
}

async function seesWhoIsHeard(t, app, page) {
  await page.goto(`${app.url}/insights/voices?days=365`);
  await t.sees(page, "Language: who is heard");
  const chart = page.locator("[data-chart] canvas");
  await t.until("the pictures are drawn", async () => (await chart.count()) >= 3);
  await t.axe(page);
  await t.picture("insights-voices", page, { whole: true });
  const section = page.locator("section", { has: page.getByRole("heading", { name: "Language: who is heard" }) });
  await section.locator("summary", { hasText: "The same as a table" }).press("Enter");
  await section.getByRole("columnheader", { name: "Index" }).waitFor();
  await t.axe(page);
  await section.getByRole("rowheader").getByRole("link", { name: "Spanish", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "People you heard" }).waitFor();
  await t.sees(page, "the loudest first");
  await t.axe(page);
  await page.getByRole("link", { name: "Show their messages" }).click();
  await page.getByRole("heading", { level: 1, name: "Messages behind it" }).waitFor();
  await t.axe(page);
  await page.locator("[data-item]").first().click();
  await page.waitForURL(/\/(inbox|listen\/thread)\/\d+/);
}

async function asksHowSure(t, app, page) {
  await page.goto(`${app.url}/insights/voices?days=365`);
  const section = page.locator("section", { has: page.getByRole("heading", { name: "What they say" }) });
  await section.locator("summary", { hasText: "The same as a table" }).press("Enter");
  await section.getByRole("link", { name: "Complain", exact: true }).click();
  await page.waitForURL(/question=complaint/);
  await page.getByRole("heading", { level: 2, name: "Complain" }).waitFor();
  await t.sees(page, "How sure is that?");
  await t.sees(page, "One person, one voice");
  await t.sees(page, "error not measured");
  await page.getByRole("link", { name: /^Read a sample ?: Complain$/ }).waitFor();
  await t.axe(page);
  t.match(page.url(), /days=365/, "the days stand in the address");
}

async function takesItAlong(t, app, page) {
  const link = page.getByRole("link", { name: "Take this along as a table (CSV)" });
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const table = await readFile(await download.path(), "utf8");
  t.match(table, /^section,of,name,figure,value,low,high,n,note/, "a heading");
  t.match(table, /"method"/, "how it was found goes along");
  const whole = page.getByRole("link", { name: "Take this along as a page (HTML)" });
  const [file] = await Promise.all([page.waitForEvent("download"), whole.click()]);
  // The page by itself, as from a disk: nothing is loaded, and nothing runs.
  const text = await readFile(await file.path(), "utf8");
  t.ok(!/<script|src=|href=/.test(text), "it needs nothing else");
  const alone = await t.page({ width: 1024, height: 800 });
  await alone.setContent(text);
  await alone.getByRole("heading", { level: 2, name: "What they say" }).waitFor();
  await alone.getByRole("heading", { level: 2, name: "How this was found" }).waitFor();
  await t.axe(alone);
  await t.picture("insights-export", alone, { whole: true });
}

// What is folded on the screen and says something is read on paper; what can only be tapped is not.
async function prints(t, app, page) {
  const folded = [
    ["/insights/voices?days=365", "Index"],
    ["/insights/ledger?days=30", "Mean lag"],
    ["/figures?days=90", "Just listened"],
  ];
  for (const [path, head] of folded) {
    await page.goto(`${app.url}${path}`);
    const column = page.locator("details th", { hasText: head }).first();
    t.ok(!(await column.isVisible()), `${path}: its table is folded`);
    await page.emulateMedia({ media: "print" });
    t.ok(await column.isVisible(), `${path}: its table is printed`);
    const means = page.locator("details:is(.printed, .measure-means) > :not(summary)").first();
    t.ok(await means.isVisible(), `${path}: what it means is printed`);
    t.ok(!(await page.locator(".along").isVisible()), `${path}: no link to tap is printed`);
    t.ok(!(await page.locator("details form").first().isVisible()), `${path}: no form is printed`);
    await page.emulateMedia({ media: null });
  }
}

async function readsTheLedger(t, app, page) {
  await page.goto(`${app.url}/insights`);
  await page.getByRole("link", { name: "Coverage ledger" }).click();
  await page.getByRole("heading", { level: 1, name: "Coverage ledger" }).waitFor();
  const strip = page.locator("svg.day-strip").first();
  await strip.waitFor();
  await t.axe(page);
  await t.picture("insights-ledger", page);
  await strip.locator("a[href^='/listen?']").last().press("Enter");
  await page.waitForURL(/\/listen\?q=since/);
}

async function readsOnAPhone(t, app, page) {
  await page.goto(`${app.url}/`);
  await page.getByRole("button", { name: "More" }).click();
  await page.locator("#more-menu").getByRole("link", { name: "Insights" }).click();
  await page.waitForURL(/\/insights$/);
  await page.goto(`${app.url}/insights/voices?days=365`);
  await t.until("the pictures are drawn", async () => (await page.locator("[data-chart] canvas").count()) >= 3);
  await t.axe(page);
  await t.picture("insights-phone", page, { whole: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);
  t.equal(wide, false, "nothing is wider than the phone");
}

async function readsWithoutAScript(t, app, page) {
  await page.goto(`${app.url}/insights/voices?days=365`);
  await t.sees(page, "Language: who is heard");
  t.equal(await page.locator("canvas").count(), 0);
  await page.locator("summary", { hasText: "The same as a table: Language" }).click();
  await t.sees(page, "People heard");
}
