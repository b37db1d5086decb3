// Somebody keeps watch for a word: sees while typing what it would have found, saves it, narrows it down by its picture,
// puts noise away and takes that back, by keyboard too; and hears at once when somebody says it.

import { signIn, untilFound } from "../lib/steps.mjs";

export const timeout = 120_000;

export default async function (t) {
  const app = await t.start({ demo: true, patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await savesASearch(t, app, page);
  await mendsAQuery(t, app, page);
  await looksAtThePicture(t, page);
  await putsNoiseAway(t, page);
  await isToldAtOnce(t, app, page);
}

async function savesASearch(t, app, page) {
  await page.goto(`${app.url}/listen?q=café`);
  await page.getByRole("link", { name: "Save this search as a monitor" }).click();
  const query = page.getByLabel("What to look for");
  t.equal(await query.inputValue(), "café", "the search came along");
  await page.locator("#preview", { hasText: "of the last 30 days" }).waitFor();
  const before = await page.locator("#preview strong").innerText();
  await query.fill("café OR coffee OR kaffee");
  await page.locator("#preview code", { hasText: "kaffee" }).waitFor();
  t.ok((await page.locator("#preview strong").innerText()) !== before, "it counts anew while one types");
  await t.axe(page);
  await t.picture("monitor-preview", page);
  await page.getByLabel("What to call it").fill("Coffee");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Coffee" }).waitFor();
  await untilFound(page);
}

/** What cannot be read is shown at its place, and nothing that was typed is lost. */
async function mendsAQuery(t, app, page) {
  const saved = new URL(page.url()).pathname;
  await page.getByRole("link", { name: "Change" }).click();
  const query = page.getByLabel("What to look for");
  await query.fill('coffee "flat white');
  await page.locator("#preview", { hasText: "The quotation mark is never closed." }).waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator(".banner", { hasText: "never closed" }).waitFor();
  t.equal(await query.inputValue(), 'coffee "flat white', "the words are still there");
  await page.goto(`${app.url}${saved}`);
}

async function looksAtThePicture(t, page) {
  const bars = page.locator(".volume-picture a");
  t.equal(await page.locator('.volume-picture a[tabindex="0"]').count(), 1, "the picture is one stop of the Tab key");
  const bar = bars.last();
  await bar.focus();
  await page.keyboard.press("Home");
  t.ok(await bars.first().evaluate((first) => first === document.activeElement), "Home goes to the first bar");
  await page.keyboard.press("ArrowRight");
  t.ok(await bars.nth(1).evaluate((second) => second === document.activeElement), "an arrow to the next");
  t.equal(await page.locator('.volume-picture a[tabindex="0"]').count(), 1, "it stays one stop");
  const words = await bar.locator("title").textContent();
  await bar.focus();
  await page.keyboard.press("Enter");
  await page.getByText(/^Only/).first().waitFor();
  const shown = await page.locator(".mention").count();
  t.ok(words.includes(`: ${shown} (`), `the bar says ${words} and opens ${shown} messages`);
  await page.getByRole("link", { name: /^Show all/ }).click();
  await page.getByText("The same as a table").click();
  t.ok((await page.locator(".volume table tbody tr").count()) > 1, "the table says the same");
}

async function putsNoiseAway(t, page) {
  const first = page.locator(".mention").first();
  const words = await first.locator(".heard-words").innerText();
  await first.getByRole("button", { name: "Noise", exact: true }).click();
  await page.getByText("Marked as noise").waitFor();
  t.ok(!(await page.locator(".mention .heard-words").allInnerTexts()).includes(words), "it is gone from the stream");
  await page.getByRole("link", { name: "Noise", exact: true }).click();
  await page.getByRole("button", { name: "It is new again" }).click();
  await page.getByText("It stands as new again.").waitFor();
  await page.getByRole("link", { name: "All but noise" }).click();
  t.equal(await page.locator(".mention .heard-words").first().innerText(), words, "and is back");
  await page.locator(".mention").first().locator("summary", { hasText: "Mute" }).click();
  await page.getByRole("button", { name: "Mute this thread here" }).first().click();
  await page.getByText("This thread is muted here.").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Shown again.").waitFor();
}

/** The demo's people go on writing: what they say next is announced here without a reload. */
async function isToldAtOnce(t, app, page) {
  await page.goto(`${app.url}/listen/monitors/new`);
  // Whatever language they write in, these letters will come.
  await page.getByLabel("What to look for").fill("a* OR e* OR d* OR m* OR n* OR k*");
  await page.getByLabel("What to call it").fill("Anything");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Anything" }).waitFor();
  await untilFound(page);
  const news = page.getByRole("link", { name: "Show them" });
  await news.waitFor({ timeout: 60_000 });
  await news.click();
  await page.locator(".mention").first().waitFor();
  await t.axe(page);
  await t.picture("monitor-stream", page);
}
