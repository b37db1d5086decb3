// What people talk about: an empty house is told what is missing; what an archive brings is looked through at once; topics stand as a
// sentence, a river and a table; one is renamed, put together with another, parted and hidden, each with a way back; by keyboard, on
// a phone in the dark, and without a script.

import { firstRun, lookAtFile } from "../lib/steps.mjs";

export const timeout = 240_000;

const DAY = 24 * 3_600_000;

/** Openings, middles and ends that go together in any way, so that nobody says quite the same as somebody else. */
const SAID = [
  [
    ["The parking permit", "Parking in our street", "The parking zone", "A parking permit for the zone", "Parking with a permit"],
    ["is too dear", "is never checked", "was promised for May", "takes far too long"],
    ["and the zone stays full", "and nobody answers about the permit", "so we drive around the zone"],
  ],
  [
    ["The library", "Our library with its books", "The library on Sunday", "The library by the park", "The old library"],
    ["closes too early", "has too few books", "was shut again", "should be open longer"],
    ["and the opening hours are wrong", "and the books stay inside", "so the opening hours need a change"],
  ],
];

/** The Wednesdays of the last two weeks, each with as many people on each matter. */
function table() {
  const rows = ["when,who,said"];
  const today = new Date();
  const monday = today.getTime() - ((today.getUTCDay() + 6) % 7) * DAY;
  for (const weeks of [1, 2]) {
    const day = new Date(monday - weeks * 7 * DAY + 2 * DAY).toISOString().slice(0, 10);
    for (let n = 0; n < 40; n += 1) {
      for (const parts of SAID) {
        const minute = String(n).padStart(2, "0");
        const text = parts.map((part) => part[n % part.length]).join(" ");
        rows.push(`${day} 09:${minute},Reader ${n},"${text}"`);
      }
    }
  }
  return `${rows.join("\n")}\n`;
}

export default async function (t) {
  const app = await t.start();
  const page = await t.page({ width: 1280, height: 860 });
  await firstRun(app, page);
  await seesWhatIsMissing(t, app, page);
  await bringsIn(t, app, page);
  await sees(t, app, page);
  await decides(t, app, page);
  await parts(t, app, page);
  await onAPhone(t, app, await t.page({ width: 375, height: 760, as: page, dark: true }));
  await withoutAScript(t, app, await t.page({ width: 1024, height: 800, as: page, javascript: false }));
}

async function seesWhatIsMissing(t, app, page) {
  await page.goto(`${app.url}/insights`);
  await page.getByRole("link", { name: "Topics", exact: true }).press("Enter");
  await page.getByRole("heading", { level: 1, name: "Topics" }).waitFor();
  await t.sees(page, "No topics were found yet");
  await t.sees(page, "50 are missing");
  await t.axe(page);
}

async function bringsIn(t, app, page) {
  await page.goto(`${app.url}/import`);
  await lookAtFile(page, "town.csv", table());
  await page.locator('[name="column-text"]').selectOption("said");
  await page.locator('[name="column-author"]').selectOption("who");
  await page.locator('[name="column-time"]').selectOption("when");
  await page.getByRole("button", { name: "Import it" }).click();
  await t.sees(page, "160 messages were taken.");
}

async function sees(t, app, page) {
  await t.until("topics are found", async () => {
    await page.goto(`${app.url}/insights/topics?days=30`);
    return /people spoke most of/.test(await page.locator("main").innerText());
  }, 60_000);
  await t.sees(page, "from 40 people");
  await t.until("the river is drawn", async () => (await page.locator("[data-chart] canvas").count()) === 1);
  await t.axe(page);
  await t.picture("topics", page, { whole: true });
  await page.getByText("The same as a table").press("Enter");
  await page.getByRole("columnheader", { name: "Week of" }).waitFor();
  await t.axe(page);
  await page.locator("td a", { hasText: "40" }).first().press("Enter");
  await page.waitForURL(/\/insights\/topics\/\d+\?from=/);
  await page.getByRole("link", { name: /^Show the people/ }).press("Enter");
  await t.sees(page, "40 people, the loudest first.");
  await t.axe(page);
  await page.goto(`${app.url}/insights/topics?days=30`);
}

const topic = (page, word) => page.getByRole("heading", { level: 2 }).getByRole("link", { name: new RegExp(word, "i") });

async function decides(t, app, page) {
  await topic(page, "parking").press("Enter");
  await page.getByRole("heading", { level: 2, name: "Make it yours" }).waitFor();
  await t.axe(page);
  await t.picture("topic", page);
  await page.getByLabel("What it is called").fill("Where to park");
  await page.getByRole("button", { name: "Call it so" }).press("Enter");
  await page.getByRole("heading", { level: 1, name: "Where to park" }).waitFor();
  await t.axe(page);
  const into = page.getByLabel("Show it as part of");
  const label = (await into.locator("option").allInnerTexts()).find((name) => /library/i.test(name));
  await into.selectOption({ label });
  await page.getByRole("button", { name: "Put them together" }).press("Enter");
  await t.sees(page, "160 messages from 40 people");
  await page.getByRole("button", { name: /^Take it back ?: “\u2068?Where to park\u2069?” is shown as/ }).press("Enter");
  await t.sees(page, "It is as if that had not been decided.");
  await t.sees(page, "80 messages from 40 people");
  await page.getByRole("button", { name: "Do not show it" }).press("Enter");
  await page.goto(`${app.url}/insights/topics?days=30`);
  await page.getByText("Not shown (1)").press("Enter");
  await page.getByRole("link", { name: "Where to park" }).press("Enter");
  await page.getByRole("button", { name: "Show it again" }).press("Enter");
  await page.getByRole("button", { name: "Do not show it" }).waitFor();
}

async function parts(t, app, page) {
  await page.goto(`${app.url}/insights/topics?days=30`);
  await topic(page, "library").press("Enter");
  const closed = page.getByRole("checkbox", { name: /was shut again/ });
  for (let n = 0; n < 4; n += 1) await closed.nth(n).check();
  await page.getByRole("button", { name: "Make these a topic of their own" }).press("Enter");
  await t.sees(page, "These are a topic of their own now");
  await t.axe(page);
  await t.until("what is like them follows", async () => {
    await page.reload();
    return (await closed.count()) > 4;
  }, 30_000);
}

async function onAPhone(t, app, page) {
  await page.goto(`${app.url}/insights/topics?days=30`);
  await t.until("the river is drawn", async () => (await page.locator("[data-chart] canvas").count()) === 1);
  await t.axe(page);
  await t.picture("topics-phone", page, { whole: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);
  t.equal(wide, false, "nothing is wider than the phone");
}

async function withoutAScript(t, app, page) {
  await page.goto(`${app.url}/insights/topics?days=30`);
  await topic(page, "Where to park").click();
  await page.getByLabel("What it is called").fill("Parking");
  await page.getByRole("button", { name: "Call it so" }).click();
  await page.getByRole("heading", { level: 1, name: "Parking" }).waitFor();
  await page.getByRole("button", { name: /^Take it back ?: It is called “\u2068?Parking\u2069?”/ }).click();
  await page.getByRole("heading", { level: 1, name: "Where to park" }).waitFor();
}
