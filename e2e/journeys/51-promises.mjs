// What was promised in an answer is asked about, confirmed with one tap, and said to be kept: at a desk, on a phone, by keyboard
// and without a script.

import { signIn } from "../lib/steps.mjs";

export const timeout = 150_000;

export default async function (t) {
  const app = await t.start({ demo: true, patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await promises(t, app, page);
  await confirms(t, page);
  await looksThroughThem(t, app, page);
  await keepsIt(t, app, page);
}

async function promises(t, app, page) {
  await page.goto(`${app.url}/inbox`);
  await page.locator("a[href^='/inbox/']", { hasText: "Joaquín Mena" }).first().click();
  await page.waitForURL(/\/inbox\/\d+/);
  await page.getByLabel(/your answer/i).fill("Gracias, Joaquín. Lo revisaré mañana.");
  await page.getByRole("button", { name: /Send to Joaquín Mena by e-mail/ }).click();
  await page.getByText(/A promise\? Due /).waitFor();
  await t.axe(page);
  await t.picture("promise-asked", page);
}

async function confirms(t, page) {
  await page.getByRole("button", { name: /^Yes, remind us/ }).press("Enter");
  await page.getByText(/^Promised by /).waitFor();
  await page.getByRole("button", { name: /undo/i }).first().waitFor();
  await t.axe(page);
  await t.picture("promise-open", page);
}

async function looksThroughThem(t, app, page) {
  await page.goto(`${app.url}/people`);
  await page.getByRole("link", { name: "Promises" }).click();
  await page.getByRole("heading", { level: 1, name: "Promises" }).waitFor();
  await page.getByText("Lo revisaré mañana.").first().waitFor();
  await t.axe(page);
  await t.picture("promises-desktop", page, { whole: true });
  const phone = await t.page({ width: 375, height: 760, dark: true, as: page });
  await phone.goto(page.url());
  const overflow = await phone.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  t.ok(overflow <= 0, `the list is ${overflow} px wider than the phone`);
  await t.axe(phone);
  await t.picture("promises-phone", phone, { whole: true });
  await phone.close();
}

async function keepsIt(t, app, page) {
  await page.goto(`${app.url}/promises`);
  await page.getByRole("button", { name: /^Kept/ }).first().click();
  await page.getByText("Kept. It stays on the record.").waitFor();
  await page.getByRole("link", { name: "Kept", exact: true }).click();
  await page.getByText(/^Kept, said by you/).first().waitFor();
  await page.getByRole("link", { name: "Joaquín Mena" }).first().click();
  await page.getByRole("heading", { name: "What you promised them" }).waitFor();
  await t.axe(page);
}
