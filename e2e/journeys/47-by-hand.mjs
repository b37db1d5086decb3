// What people bring by hand: a phone call written down on a phone, which goes on as a conversation; a table with one bad row;
// a sample that shows what it would become. And the composer, which counts as the channel does and says who can read it.

import { signIn } from "../lib/steps.mjs";

export const timeout = 180_000;

export default async function (t) {
  const app = await t.start({ demo: true, patience: 60_000 });
  const desk = await t.page({ width: 1280, height: 860 });
  await signIn(app, desk);
  await setsUpAPlace(t, app, desk);
  const phone = await t.page({ width: 375, height: 760, as: desk });
  const conversation = await writesDownACall(t, app, phone);
  await goesOn(t, phone);
  await looksOk(t, app, desk, conversation);
  await bringsATable(t, app, desk);
  await triesASample(t, app, desk);
}

/** Whoever looks for the form before there is a place for it is led to one. */
async function setsUpAPlace(t, app, page) {
  await page.goto(`${app.url}/inbox`);
  await page.getByRole("link", { name: "Write down a conversation" }).click();
  await t.axe(page);
  await page.getByRole("link", { name: /^Notes/ }).click();
  await page.getByLabel("Where it is written down").fill("At the shop");
  await page.getByLabel(/^Country code at home/).fill("34");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByRole("heading", { name: "Write down a conversation" }).waitFor();
  await t.sees(page, "It is ready.");
  await t.axe(page);
  await t.picture("by-hand-form-desktop-light", page);
}

async function writesDownACall(t, app, page) {
  await page.goto(`${app.url}/inbox`);
  await t.picture("by-hand-link-phone", page);
  await page.getByRole("link", { name: "Write down a conversation" }).click();
  const when = await page.getByLabel("When").inputValue();
  t.ok(Math.abs(new Date(`${when}:00+01:00`) - Date.now()) < 3_700_000, `it is now on the reader's clock: ${when}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  t.equal(wide, 0, "nothing is wider than a phone");
  await t.axe(page);
  await t.picture("by-hand-form-phone-light", page, { whole: true });
  await page.getByLabel(/^Who/).fill("Lucía Ferrer");
  await page.getByLabel(/^Their phone number/).fill("somebody");
  await page.getByLabel(/^What they said/).fill("The grinder stands still since Sunday. Can I bring it by?");
  await page.getByRole("button", { name: "Write it down" }).click();
  await page.locator(".banner", { hasText: "neither a telephone number" }).waitFor();
  await t.axe(page);
  await t.picture("by-hand-refused-phone", page);
  await page.getByLabel(/^Their phone number/).fill("612 345 678");
  await page.getByRole("button", { name: "Write it down" }).click();
  await page.waitForURL(/\/inbox\/\d+/);
  await t.sees(page, "The grinder stands still since Sunday.");
  await t.sees(page, "Entered by you.");
  return new URL(page.url()).pathname;
}

async function goesOn(t, page) {
  const text = page.locator(".composer-text");
  await t.sees(page, "Nothing is sent; it is written down here.");
  await text.fill("Yes, any day before six.");
  await t.axe(page);
  await t.picture("by-hand-composer-phone-light", page);
  await page.getByRole("button", { name: "We said this" }).last().click();
  await page.locator(".message.ours", { hasText: "any day before six" }).waitFor();
  await text.fill("Then I come on Monday.");
  await page.getByRole("button", { name: "They said this" }).click();
  await page.locator(".message.theirs", { hasText: "come on Monday" }).waitFor();
  t.equal(await text.inputValue(), "", "what was written down is no draft any more");
  t.equal(await page.locator(".message").count(), 3);
}

async function looksOk(t, app, desk, conversation) {
  await desk.goto(`${app.url}${conversation}`);
  await desk.locator(".message.theirs", { hasText: "come on Monday" }).waitFor();
  await t.axe(desk);
  await t.picture("by-hand-conversation-desktop-light", desk);
  const dark = await t.page({ width: 375, height: 760, dark: true, as: desk });
  await dark.goto(`${app.url}${conversation}`);
  await t.axe(dark);
  await t.picture("by-hand-conversation-phone-dark", dark);
  await dark.goto(`${app.url}/by-hand`);
  await t.axe(dark);
  await t.picture("by-hand-form-phone-dark", dark, { whole: true });
}

async function bringsATable(t, app, page) {
  await page.goto(`${app.url}/by-hand`);
  await page.getByRole("link", { name: "Bring a table" }).click();
  await page.locator("#field-file").waitFor();
  await t.axe(page);
  await t.picture("by-hand-channel-desktop-light", page, { whole: true });
  const table = "fecha;cliente;teléfono;nota\n02/11/2026 10:30;Olga;612 000 111;¿Abren el domingo?\n03/11/2026;Kim;nobody;Hello\n";
  for (const attempt of ["first", "second"]) {
    await page.locator("#field-file").setInputFiles({ name: "notes.csv", mimeType: "text/csv", buffer: Buffer.from(table) });
    await page.getByRole("button", { name: "Bring it" }).click();
    await page.getByText("One message was taken.").waitFor();
    await t.sees(page, "1 row was set aside.");
    t.equal((await page.locator("table").first().locator("tbody tr td").first().innerText()).trim(), "3", "the row is named");
    if (attempt === "first") {
      await t.axe(page);
      await t.picture("by-hand-report-desktop-light", page);
      await page.getByRole("link", { name: "Back to the channel" }).click();
    }
  }
  await page.getByRole("link", { name: "Show what is there" }).click();
  t.equal(await page.getByText("¿Abren el domingo?").count(), 1, "brought twice, it is there once");
  await page.goto(`${app.url}/quarantine`);
  await page.getByText("neither a telephone number").first().waitFor();
}

async function triesASample(t, app, page) {
  await page.goto(`${app.url}/channels/new/webhook`);
  await page.getByLabel("Name", { exact: true }).fill("Reviews");
  const sample = { id: "r-1", review: { body: "The beans are great" }, by: "kim" };
  await page.getByLabel(/^A sample/).fill(JSON.stringify(sample, null, 1));
  await page.locator("#sample-preview", { hasText: "This does not fit yet." }).waitFor();
  await t.axe(page);
  await t.picture("by-hand-sample-misfit", page, { whole: true });
  await page.getByLabel("Text", { exact: true }).fill("review.body");
  await page.locator("#sample-preview", { hasText: "The beans are great" }).waitFor();
  await page.getByLabel("Author (if you like)", { exact: true }).fill("by");
  await page.locator("#sample-preview", { hasText: "kim" }).waitFor();
  await t.axe(page);
  await t.picture("by-hand-sample", page, { whole: true });
}
