// Somebody keeps watch for a word: sees while typing what it would have found, saves it, narrows it down by its picture,
// puts noise away and takes that back, by keyboard too; just listens, mutes somebody, takes up what nobody holds yet and
// answers it; and hears at once when somebody says it.

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
  await justListens(t, page);
  await mutesAnAuthor(t, page);
  await answersFromTheStream(t, page);
  await takesUpWhatNobodyHolds(t, page);
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

/** To have listened is an end of its own: it is noted there, and counted on the way to a goal. */
async function justListens(t, page) {
  const all = page.url();
  const first = page.locator(".mention").first();
  const words = await first.locator(".heard-words").innerText();
  await first.getByRole("button", { name: "Just listened" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Noted: you listened.").waitFor();
  t.equal(await page.locator(".mention").first().locator(".heard-words").innerText(), words, "it stays in the stream");
  await page.locator(".mention").first().locator(".state", { hasText: "listened" }).waitFor();
  await page.getByRole("link", { name: "Listened to" }).click();
  await t.until("it stands alone there", async () => (await page.locator(".mention").count()) === 1);
  t.equal(await page.locator(".mention .heard-words").innerText(), words);
  await t.axe(page);
  await t.picture("monitor-listened", page);
  await page.goto(all);
}

/** Whom one does not want to hear here is gone at once, stands in a list, and can be heard again. */
async function mutesAnAuthor(t, page) {
  const first = page.locator(".mention", { has: page.locator("summary", { hasText: "Mute" }) }).first();
  const name = await first.locator(".row-name").innerText();
  const theirs = () => page.locator(".mention .row-name", { hasText: name }).count();
  const before = await theirs();
  await first.locator("summary", { hasText: "Mute" }).click();
  await first.getByRole("button", { name: `Mute ${name} here` }).click();
  await page.getByText("This author is muted here.").waitFor();
  t.equal(await theirs(), 0, `${name} is not heard here`);
  await page.getByText("Muted here (1)").click();
  await page.locator("details", { hasText: "Muted here" }).getByText(name).waitFor();
  await t.axe(page);
  await t.picture("monitor-muted", page);
  await page.getByRole("button", { name: "Show again" }).click();
  await page.getByText("Shown again.").waitFor();
  t.equal(await theirs(), before, `${name} is heard again`);
}

/** From what was found straight to an answer, and back to where one was. */
async function answersFromTheStream(t, page) {
  const stream = page.url();
  const held = page.locator(".mention", { has: page.getByRole("link", { name: /^Open conversation/ }) });
  const words = (await held.first().locator(".heard-words").innerText()).split("\n")[0].slice(0, 30);
  await held.first().getByRole("link", { name: /^Open conversation/ }).click();
  await page.waitForURL(/\/inbox\/\d+/);
  await page.locator(".message", { hasText: words.replace(/^\u2026|\u2026$/g, "").trim() }).first().waitFor();
  await says(t, page, "We read you, and it is mended today.");
  await page.goto(stream);
  await page.locator(".mention").first().waitFor();
}

/** What was only heard belongs to nobody until somebody takes it up. */
async function takesUpWhatNobodyHolds(t, page) {
  const stream = page.url();
  const take = page.getByRole("button", { name: "Open as conversation" });
  const heard = page.locator(".mention .heard", { has: take }).first();
  const id = await heard.getAttribute("id");
  const name = await heard.locator(".row-name").innerText();
  await heard.getByRole("button", { name: "Open as conversation" }).click();
  await page.waitForURL(/\/inbox\/\d+/);
  await page.locator(".message", { hasText: name }).first().waitFor();
  await page.locator(".row", { hasText: "with you" }).first().waitFor();
  await t.axe(page);
  await t.picture("taken-up", page);
  await page.goto(stream);
  await page.locator(`#${id}`).getByRole("link", { name: /^Open conversation/ }).waitFor();
}

async function says(t, page, words) {
  await page.getByLabel(/your answer/i).fill(words);
  await page.getByRole("button", { name: /^Send to / }).click();
  const answer = page.locator(".message.ours", { hasText: words }).last();
  // What was out of sight is asked about, once.
  const again = page.getByRole("button", { name: /^Send all the same/ });
  await answer.or(again.first()).first().waitFor();
  if (await again.first().isVisible()) await again.first().click();
  await t.until("it has left", async () => (await answer.count()) > 0 && /sent/i.test(await answer.innerText()), 40_000);
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
