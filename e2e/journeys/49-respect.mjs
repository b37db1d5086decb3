// What people may ask for: not to be written to, everything that is kept of them, and to be forgotten; and how much and how
// long a channel keeps.

import { signIn } from "../lib/steps.mjs";

export const timeout = 150_000;

export default async function (t) {
  const app = await t.start({ demo: true, patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  const person = await choosesSomebody(t, app, page);
  await notesThatTheyWantNoAnswers(t, page, person);
  await givesThemAllThatIsKept(t, page, person);
  await erasesThem(t, app, page, person);
  await boundsAChannel(t, app, page);
}

async function choosesSomebody(t, app, page) {
  await page.goto(`${app.url}/inbox`);
  await page.locator(".row a").first().click();
  const link = page.locator('main a[href^="/people/"]').first();
  const conversation = page.url();
  const address = new URL(await link.getAttribute("href"), app.url).href;
  await page.goto(address);
  return { address, conversation, name: await page.getByRole("heading", { level: 1 }).innerText() };
}

async function notesThatTheyWantNoAnswers(t, page, { address, conversation }) {
  await page.getByText("Note what they want").click();
  await page.getByLabel("They do not want to be written to").check();
  await page.getByLabel("How do you know?").fill("They said so at the counter.");
  await page.getByRole("button", { name: "Note it" }).click();
  await page.getByText("does not want to be").first().waitFor();
  await t.axe(page);
  await t.picture("respect-consent-desktop", page, { whole: true });
  const phone = await t.page({ width: 375, height: 760, dark: true, as: page });
  await phone.goto(address);
  await t.axe(phone);
  await t.picture("respect-consent-phone", phone, { whole: true });
  await phone.close();
  await page.goto(conversation);
  await page.getByText(/do(es)? not want to be written to/).first().waitFor();
  await t.picture("respect-no-answer", page);
  await page.goto(address);
  await page.getByText("Note what they want").click();
  await page.getByLabel("They may be written to").check();
  await page.getByLabel("How do you know?").fill("They called again.");
  await page.getByRole("button", { name: "Note it" }).click();
  await page.getByText("may be written to", { exact: false }).first().waitFor();
  await page.getByText("What was said so far").click();
  await page.getByText("“They said so at the counter.”").waitFor();
}

async function givesThemAllThatIsKept(t, page, { address }) {
  await page.goto(address);
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Everything kept of them (ZIP)" }).click();
  const file = await (await coming).path();
  t.ok(file, "the file came");
}

async function erasesThem(t, app, page, { address, name }) {
  await page.goto(address);
  await page.getByRole("link", { name: "Erase this person" }).click();
  await page.getByLabel("Type their name").fill("somebody else");
  await page.getByRole("button", { name: "Erase this person" }).click();
  await page.getByText("Nothing was erased.", { exact: true }).waitFor();
  await t.axe(page);
  await t.picture("respect-erase", page, { whole: true });
  const narrow = await t.page({ width: 375, height: 760, dark: true, as: page });
  await narrow.goto(page.url());
  await t.axe(narrow);
  await t.picture("respect-erase-phone", narrow, { whole: true });
  await narrow.close();
  await page.getByLabel("Type their name").fill(name);
  await page.getByRole("button", { name: "Erase this person" }).click();
  await page.getByRole("heading", { name: "The person is erased" }).waitFor();
  await t.axe(page);
  await t.picture("respect-erased", page, { whole: true });
  const phone = await t.page({ width: 375, height: 760, dark: true, as: page });
  await phone.goto(page.url());
  await t.axe(phone);
  const overflow = await phone.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  t.ok(overflow <= 0, `the report is ${overflow} px wider than the phone`);
  await t.picture("respect-erased-phone", phone, { whole: true });
  await phone.close();
  t.equal((await page.goto(address)).status(), 404, "they are not here any more");
  await page.goto(`${app.url}/people`);
  await page.getByRole("link", { name: "Erasures" }).click();
  await page.locator(".state", { hasText: "done" }).first().waitFor();
  await t.axe(page);
  await t.picture("respect-erasures", page);
}

async function boundsAChannel(t, app, page) {
  await page.goto(`${app.url}/channels`);
  await page.locator('main a[href^="/channels/"]:not([href*="new"])').first().click();
  await page.getByLabel("Messages a day at most").fill("500");
  const bounds = page.locator('form[action$="/bounds"]');
  await t.picture("respect-bounds", page, { whole: true });
  await bounds.getByLabel("Days it keeps what was said").fill("400");
  await bounds.getByRole("button").click();
  await page.waitForURL(/\/channels\/\d+$/);
  t.equal(await page.getByLabel("Days it keeps what was said").inputValue(), "400");
  t.equal(await page.getByLabel("Messages a day at most").inputValue(), "500");
  await t.axe(page);
}
