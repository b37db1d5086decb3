// One question, asked of four sources: a sentence, a picture, what each says and why one says nothing, how they differ, who makes
// the difference; a survey's side and an offline side are chosen, the view stands in its address and is taken along; exchanges next
// to the line say why they stand there; by keyboard, on a phone in the dark, and without a script.

import { readFile } from "node:fs/promises";
import { signIn } from "../lib/steps.mjs";

export const timeout = 300_000;

const PATH = "/insights/triangulation?days=365";

export default async function (t) {
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await asksTheFour(t, app, page);
  await choosesTheSides(t, app, page);
  await opensWhatIsBehind(t, app, page);
  await takesItAlong(t, app, page);
  await readsExchanges(t, app, page);
  const phone = await t.page({ width: 375, height: 760, as: page, dark: true });
  await readsOnAPhone(t, app, phone);
  const plain = await t.page({ width: 1024, height: 800, as: page, javascript: false });
  await readsWithoutAScript(t, app, plain);
}

async function asksTheFour(t, app, page) {
  await page.goto(`${app.url}/insights?days=365`);
  const tabs = page.getByRole("navigation", { name: "Insights" });
  await tabs.getByRole("link", { name: "Triangulation" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Triangulation" }).waitFor();
  await page.goto(`${app.url}${PATH}`);
  for (const name of ["Social", "Service", "Survey", "Offline"]) {
    await page.getByRole("rowheader").getByRole("link", { name: new RegExp(`${name}$`) }).waitFor();
  }
  await t.until("the picture is drawn", async () => (await page.locator("[data-chart] canvas").count()) === 1);
  await t.axe(page);
  await t.picture("triangulation", page, { whole: true });
}

async function choosesTheSides(t, app, page) {
  const form = page.locator("form[action='/insights/triangulation']");
  await page.locator("summary", { hasText: "Another question" }).press("Enter");
  await form.getByLabel("Question", { exact: true }).focus();
  await form.getByLabel("Question", { exact: true }).selectOption("complaint");
  await form.getByRole("button", { name: "Ask the four" }).press("Enter");
  await page.waitForURL(/question=complaint/);
  t.match(page.url(), /days=365/, "the days stay in the address");
  await page.getByRole("heading", { level: 2, name: "Complain" }).waitFor();

  // A share of counts needs both of them.
  await page.goto(`${app.url}${PATH}&counted=7`);
  await page.locator("[data-refused]", { hasText: "A share needs both" }).waitFor();
  await t.axe(page);

  // What people vote on stands beside it.
  await page.goto(`${app.url}/insights/opinions`);
  await page.getByLabel("What do people vote on?").fill("How is the coffee?");
  await page.getByLabel("Statements, a line each").fill("It is too dear");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.waitForURL(/\/insights\/opinions\/\d+/);
  await page.goto(`${app.url}${PATH}`);
  await page.locator("summary", { hasText: "Another question" }).press("Enter");
  await page.getByLabel("The survey's side").selectOption({ label: "Agree that “It is too dear”" });
  await page.getByRole("button", { name: "Ask the four" }).click();
  await page.waitForURL(/survey=agree-/);
  await t.sees(page, "Of those who voted on “It is too dear”, who agreed");
  await t.axe(page);
}

async function opensWhatIsBehind(t, app, page) {
  await page.goto(`${app.url}${PATH}`);
  await page.getByRole("rowheader").getByRole("link", { name: /Service$/ }).click();
  await page.getByRole("heading", { level: 1, name: "Messages behind it" }).waitFor();
  await t.sees(page, "Service: said to you");
  await t.axe(page);
  await page.getByRole("link", { name: "Triangulation", exact: true }).first().click();
  await page.waitForURL(/\/insights\/triangulation\?/);
}

async function takesItAlong(t, app, page) {
  await page.goto(`${app.url}${PATH}`);
  const link = page.getByRole("link", { name: "Take this along as a table (CSV)" });
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const table = await readFile(await download.path(), "utf8");
  t.match(table, /^section,of,name,figure,value,low,high,n,note/, "a heading");
  t.match(table, /"source","social"/, "each source");
  t.match(table, /"method"/, "how it was found goes along");
}

async function readsExchanges(t, app, page) {
  await page.goto(`${app.url}/insights?days=365`);
  await page.getByRole("heading", { level: 2, name: "Meaningful exchanges" }).waitFor();
  await page.locator("summary", { hasText: "What this means: Meaningful exchanges" }).press("Enter");
  await t.sees(page, "came back to that answer");
  await t.axe(page);
  await t.picture("meaningful-exchanges", page, { whole: true });
  await page.getByRole("link", { name: "Show the conversations behind Meaningful exchanges" }).click();
  await page.getByRole("heading", { level: 1, name: "Meaningful exchanges" }).waitFor();
  await t.axe(page);
}

async function readsOnAPhone(t, app, page) {
  await page.goto(`${app.url}${PATH}`);
  await t.until("the picture is drawn", async () => (await page.locator("[data-chart] canvas").count()) === 1);
  await t.axe(page);
  await t.picture("triangulation-phone", page, { whole: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);
  t.equal(wide, false, "nothing is wider than the phone");
}

async function readsWithoutAScript(t, app, page) {
  await page.goto(`${app.url}${PATH}`);
  t.equal(await page.locator("canvas").count(), 0);
  await page.locator("summary", { hasText: "Another question" }).click();
  await page.getByLabel("Question", { exact: true }).selectOption("thanks");
  await page.getByRole("button", { name: "Ask the four" }).click();
  await page.waitForURL(/question=thanks/);
  await t.sees(page, "To keep in mind");
}
