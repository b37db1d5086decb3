// The demo as it is lived with: one complaint has become a change, five people in four channels were told and one of them says
// that it helped; and every screen beside it shows life. At a desk, and on a phone in the dark.

import { signIn } from "../lib/steps.mjs";

export const timeout = 200_000;

/** A screen, and what stands on it. */
const SCREENS = [
  ["/", /^Hello, /],
  ["/promises", "I'll look up the settings"],
  ["/feedback", "Light to read by at the window of Muelle 7"],
  ["/feedback/changes", "Compostable bags with a starch valve"],
  ["/feedback/debts", "Hugo Santacruz"],
  ["/feedback/loop", /Half of them were told within/],
  ["/know-how", "Is Calle Olmo open on Mondays?"],
  ["/know-how/replies", "A fresh bag"],
  ["/mentions", "I promised her one single message"],
  ["/goals", "Whoever bought Mercado once comes back for it"],
  ["/goals/outcomes", "Repeat orders of Mercado"],
  ["/customers", "Cafetería Bruma"],
  ["/organisations", "Casa Membrillo"],
  ["/segments", "Subscribers"],
  ["/figures?days=90", "Promises kept"],
  ["/others", "addressed as @elmolino_tuesta"],
  ["/scorecard", "How we answer the people who write to us"],
  ["/roadmap", "Compostable bags with a starch valve"],
];

export default async function (t) {
  // Its people keep silent, so that nothing comes in between.
  const app = await t.start({ demo: "lived", args: ["--speed", "0.01"], patience: 90_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await wasTold(t, app, page);
  await looksAround(t, app, page);
  const phone = await t.page({ width: 375, height: 760, as: page, dark: true });
  await onAPhone(t, app, phone);
}

async function wasTold(t, app, page) {
  await page.goto(`${app.url}/feedback/loop`);
  t.equal(await page.locator(".telling-line").count(), 5, "five people are behind it");
  await t.axe(page);
  await t.picture("lived-loop", page, { whole: true });
  await page.goto(`${app.url}/feedback/changes`);
  await page.getByRole("link", { name: "A link in each dispatch notice that leaves out the next parcel" }).first().click();
  await page.waitForURL(/\/feedback\/changes\/\d+$/);
  await t.sees(page, /It helped 1 of 1 who answered/);
  await t.axe(page);
  await t.picture("lived-change", page, { whole: true });
  const change = page.url();
  await page.goto(`${change}/telling?show=told`);
  t.equal(await page.locator(".telling-line").count(), 5);
  await t.axe(page);
  await page.goto(`${change}/telling`);
  await t.sees(page, "Duarte Sequeira");
  await t.axe(page);
  await t.picture("lived-telling", page, { whole: true });
}

async function looksAround(t, app, page) {
  for (const [path, words] of SCREENS) {
    await page.goto(`${app.url}${path}`);
    await t.sees(page, words);
    await t.axe(page);
  }
}

async function onAPhone(t, app, page) {
  for (const [path, words] of SCREENS) {
    await page.goto(`${app.url}${path}`);
    await t.sees(page, words);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    t.ok(wide <= 0, `${path} is ${wide} px wider than a phone`);
    await t.axe(page);
  }
}
