// How we answer, in figures that open onto their conversations; another organisation beside us; a goal that is declared and measured by an outcome; and the page
// that anybody may see: at a desk, on a phone in the dark, by keyboard.

import { signIn } from "../lib/steps.mjs";

export const timeout = 180_000;

export default async function (t) {
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await readsFigures(t, app, page);
  await choosesDays(t, app, page);
  await bringsAnOutcome(t, app, page);
  const goal = await declaresAGoal(t, app, page);
  await showsTheScorecard(t, app, page);
  const other = await looksAtAnother(t, app, page);
  const phone = await t.page({ width: 375, height: 760, as: page, dark: true });
  await readsOnAPhone(t, app, phone, goal, other);
}

async function readsFigures(t, app, page) {
  for (const key of ["g", "u"]) await page.keyboard.press(key);
  await page.waitForURL(`${app.url}/figures`);
  await page.goto(`${app.url}/figures?days=90`);
  await t.sees(page, "First answer");
  await page.locator("#answered summary").press("Enter");
  await t.sees(page, "the part in which we have answered by now");
  await t.sees(page, "Loop time");
  await t.sees(page, "just listened to");
  await t.axe(page);
  await t.picture("figures-desktop", page, { whole: true });
  await page.getByText("The same as a table").press("Enter");
  await page.getByRole("columnheader", { name: "Not answered" }).waitFor();
  await t.axe(page);
  await page.locator("#answered").getByRole("link", { name: /^Show the conversations/ }).press("Enter");
  await page.getByRole("heading", { level: 1, name: "Answered" }).waitFor();
  await page.getByRole("link", { name: "Not answered", exact: true }).click();
  await t.axe(page);
  await page.getByRole("link", { name: "All", exact: true }).click();
  await t.picture("figures-cases", page, { whole: true });
  await page.locator("[data-item]").first().click();
  await page.waitForURL(/\/inbox\/\d+/);
}

async function choosesDays(t, app, page) {
  await page.goto(`${app.url}/figures`);
  await page.getByText("Other days").press("Enter");
  await page.getByLabel("From", { exact: true }).fill("2026-11-20");
  await page.getByLabel("Until, with this day").fill("2026-11-01");
  await page.getByRole("button", { name: "Show these days" }).click();
  await page.locator("[data-refused]", { hasText: "lies before the first" }).waitFor();
  t.equal(await page.getByLabel("From", { exact: true }).inputValue(), "2026-11-20", "what was typed stands");
  await t.axe(page);
}

async function bringsAnOutcome(t, app, page) {
  await page.goto(`${app.url}/goals`);
  await t.axe(page);
  await page.getByRole("link", { name: /^Outcomes/ }).click();
  await t.sees(page, "No outcome yet");
  await t.axe(page);
  await page.getByLabel("What is counted?").fill("Visits to the shop");
  await page.getByRole("button", { name: "Save" }).click();
  await t.sees(page, "None yet.");
  const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  const rows = Array.from({ length: 60 }, (_, back) => `${day(back)},${40 + (back % 7)}`);
  const table = ["day,visits", ...rows, `${day(1)},9`, "soon,4"].join("\n");
  await page.getByText("Bring a table").press("Enter");
  await page.locator("#field-file").setInputFiles({ name: "visits.csv", mimeType: "text/csv", buffer: Buffer.from(table) });
  await page.getByRole("button", { name: "Bring it" }).click();
  await t.sees(page, "60 values were taken.");
  await t.sees(page, "2 rows were left out");
  await t.axe(page);
  await t.picture("outcome-report", page);
  await page.getByRole("link", { name: "Back to its values" }).click();
  await page.getByRole("link", { name: "Change it" }).click();
  await page.getByLabel("In what?").fill("visits");
  await t.axe(page);
  await t.picture("outcome-form", page);
  await page.getByRole("button", { name: "Save" }).click();
  await t.sees(page, "The outcome is changed.");
  await page.getByRole("button", { name: /^Take it away/ }).first().click();
  await t.sees(page, "The value is taken away.");
  await page.keyboard.press("z");
  await t.sees(page, "It stands again.");
  await t.axe(page);
  await t.picture("outcome", page);
}

async function declaresAGoal(t, app, page) {
  await page.goto(`${app.url}/goals/new`);
  await page.getByLabel("By what will you see it?").selectOption({ label: "Outcome: Visits to the shop" });
  await page.getByLabel("What should be better, in one sentence?").fill("More people come into the shop");
  await page.getByLabel("Where does it stand today?").fill("900");
  await page.getByLabel("What do you hope for?").fill("many");
  await page.getByLabel("By when?").fill("2099-06-30");
  await page.getByRole("button", { name: "Declare this goal" }).click();
  await page.locator("[data-refused]", { hasText: "Write a number" }).waitFor();
  await t.axe(page);
  await t.picture("goal-form", page, { whole: true });
  await page.getByLabel("What do you hope for?").fill("1500");
  await page.getByRole("button", { name: "Declare this goal" }).press("Enter");
  await page.getByRole("heading", { level: 1, name: "More people come into the shop" }).waitFor();
  await t.sees(page, "Declared after listening began.");
  await t.axe(page);
  await t.picture("goal", page, { whole: true });
  const goal = new URL(page.url()).pathname;
  await page.goto(`${app.url}/goals`);
  await t.axe(page);
  await t.picture("goals", page, { whole: true });
  return goal;
}

async function showsTheScorecard(t, app, page) {
  await page.goto(`${app.url}/settings/scorecard`);
  await t.sees(page, "It is not shown.");
  const stranger = await t.page({ width: 1280, height: 860 });
  t.equal((await stranger.goto(`${app.url}/scorecard`)).status(), 404, "nobody sees it before");
  await page.getByRole("button", { name: "Show it to anybody" }).click();
  await t.sees(page, "Badges for your web site");
  await t.axe(page);
  await t.picture("scorecard-settings", page, { whole: true });
  await stranger.goto(`${app.url}/scorecard`);
  await t.sees(stranger, "How we answer the people who write to us");
  await stranger.getByRole("heading", { level: 2, name: "Loop time" }).waitFor();
  await stranger.locator("#answered summary").press("Enter");
  await t.axe(stranger);
  await t.picture("scorecard", stranger, { whole: true });
  await stranger.goto(`${app.url}/scorecard/answered/badge.svg`);
  await t.picture("scorecard-badge", stranger);
  await stranger.close();
}

async function looksAtAnother(t, app, page) {
  await page.goto(`${app.url}/figures`);
  await page.getByRole("link", { name: "Others", exact: true }).press("Enter");
  await t.sees(page, "Nobody else is looked at");
  await t.axe(page);
  await page.keyboard.press("w");
  await page.getByLabel("Its name").fill("The mill down the road");
  await page.getByLabel("Account 1", { exact: true }).fill("nobody_of_that_name");
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.locator("[data-refused]", { hasText: "was heard here yet" }).waitFor();
  await t.axe(page);
  await t.picture("other-form", page, { whole: true });
  await page.getByLabel("Account 1", { exact: true }).fill("@elmolino_tuesta");
  await page.getByRole("button", { name: "Keep it" }).press("Enter");
  await page.getByRole("heading", { level: 1, name: "The mill down the road" }).waitFor();
  const path = new URL(page.url()).pathname;
  await page.goto(`${app.url}${path}?days=90`);
  await t.sees(page, "4 of 7 have a public answer.");
  await t.sees(page, "This rests on 4 answers: look at them.");
  await t.sees(page, "Not visible from outside");
  await page.getByText("What this means").first().press("Enter");
  await t.sees(page, "the real part may be larger");
  await t.axe(page);
  await t.picture("other", page, { whole: true });
  await page.getByRole("link", { name: /^Show the messages to them/ }).first().press("Enter");
  await page.getByRole("link", { name: "Not answered", exact: true }).click();
  await t.sees(page, "No public answer heard");
  await t.axe(page);
  await t.picture("other-messages", page, { whole: true });
  await page.locator("[data-item]").first().click();
  await page.waitForURL(/\/(listen\/thread|inbox)\/\d+/);
  await page.goto(`${app.url}${path}/edit`);
  await page.getByText("Remove it", { exact: true }).press("Enter");
  await page.getByRole("button", { name: "Remove it now" }).click();
  await t.sees(page, "Nobody else is looked at");
  await page.keyboard.press("z");
  await page.getByRole("heading", { level: 1, name: "The mill down the road" }).waitFor();
  return path;
}

async function readsOnAPhone(t, app, page, goal, other) {
  for (const path of ["/figures?days=90", "/figures/answered?days=90", "/goals", goal, "/others", other, `${other}/messages?days=90`, `${other}/edit`, "/goals/new", "/goals/outcomes", "/scorecard"]) {
    await page.goto(`${app.url}${path}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    t.equal(wide, 0, `nothing of ${path} is wider than a phone`);
    await t.axe(page);
  }
  await page.goto(`${app.url}/figures?days=90`);
  await t.picture("figures-phone-dark", page, { whole: true });
  await page.goto(`${app.url}${goal}`);
  await t.picture("goal-phone-dark", page, { whole: true });
}
