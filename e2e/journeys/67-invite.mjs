// Customers who never wrote are invited: it is looked at whom, so many are drawn by lot, a text is written once, each draft is looked
// at and sent by itself, one is taken back and one left out; and it stands there who answered.

import { signIn } from "../lib/steps.mjs";

export const timeout = 180_000;

export default async function (t) {
  // Its people keep silent, so that nothing comes in between.
  const app = await t.start({ demo: "lived", args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await looksAtWhom(t, app, page);
  const round = await drawsThem(t, app, page);
  await writesOnce(t, app, page, round);
  await sendsOne(t, page);
  await leavesOneOut(t, page);
  await seesWhoWasInvited(t, app, page, round);
  const phone = await t.page({ width: 375, height: 760, as: page, dark: true });
  await readsOnAPhone(t, app, phone, round);
}

async function looksAtWhom(t, app, page) {
  await page.goto(`${app.url}/insights/voices?days=365`);
  const section = page.locator("section", { has: page.getByRole("heading", { name: "Segment: who is heard" }) });
  await section.getByRole("link", { name: "Invite the unheard" }).press("Enter");
  await page.getByRole("heading", { level: 1, name: "Invite the unheard" }).waitFor();
  await t.sees(page, /of your \d+ customers have never written/);
  t.ok(/^\d+$/.test(await page.getByLabel("Seed").inputValue()), "a seed is proposed");
  await t.axe(page);
  await page.getByLabel("How many").fill("0");
  await page.getByRole("button", { name: "Look at it" }).press("Enter");
  await page.locator("[data-refused]", { hasText: "Invite 1 to 500" }).waitFor();
  await t.axe(page);
  await page.getByLabel("How many").fill("3");
  await page.getByLabel("Seed").fill("7");
  await page.getByLabel("Seed").press("Enter");
  await page.getByRole("button", { name: "Draw 3 people" }).waitFor();
  t.ok(page.url().includes("seed=7"), "it stands in the address");
  const why = page.getByText("Why the others cannot be invited");
  if ((await why.count()) > 0) await why.press("Enter");
  await t.axe(page);
  await t.picture("invite-plan", page, { whole: true });
}

async function drawsThem(t, app, page) {
  await page.getByRole("button", { name: "Draw 3 people" }).press("Enter");
  await t.sees(page, "3 drawn, seed 7");
  await t.sees(page, "Nobody was invited yet.");
  t.equal(await page.locator(".telling-line").count(), 3);
  await t.axe(page);
  await t.picture("invite-drawn", page, { whole: true });
  return new URL(page.url()).pathname;
}

async function writesOnce(t, app, page, round) {
  await page.getByRole("link", { name: "Write it", exact: true }).click();
  const words = page.getByLabel("What you would say to one of them");
  await page.getByLabel("Subject").fill("A question");
  await words.fill("Hello {firstname}");
  await page.getByRole("button", { name: "Save the text" }).click();
  await page.locator(".banner", { hasText: "{firstname}" }).waitFor();
  t.equal(await words.inputValue(), "Hello {firstname}", "what was typed is kept");
  await t.axe(page);
  await words.fill("Hello {first name|there},\n\nwhat do you miss with us? {member}");
  await t.picture("invite-text", page);
  await page.getByRole("button", { name: "Save the text" }).click();
  await page.waitForURL(`${app.url}${round}`);
  await t.sees(page, "what do you miss with us?");
}

async function sendsOne(t, page) {
  await page.getByRole("link", { name: "Look at them one by one" }).click();
  await t.sees(page, "1 of 3 to look at");
  await page.getByText(/^It goes to /).waitFor();
  await t.axe(page);
  await t.picture("invite-draft", page, { whole: true });
  const first = page.url();
  await page.keyboard.press("n");
  await t.sees(page, "2 of 3 to look at");
  await page.keyboard.press("b");
  await page.waitForURL(first);
  const words = page.getByLabel("What you say");
  await words.fill(`${await words.inputValue()}\n\nSee you soon!`);
  await page.locator("[data-send]").press("Enter");
  await t.sees(page, /On its way to /);
  await t.sees(page, "1 of 2 to look at");
  // Taken back it is a draft again, in the words that were to go.
  await page.keyboard.press("z");
  await page.waitForURL(first);
  t.ok((await page.getByLabel("What you say").inputValue()).endsWith("See you soon!"), "the words are kept");
  await page.getByLabel("What you say").press("Control+Enter");
  await t.sees(page, "1 of 2 to look at");
}

async function leavesOneOut(t, page) {
  await page.getByRole("button", { name: "Do not invite them" }).press("Enter");
  await t.sees(page, "Left out. Nothing is sent to them.");
  await t.sees(page, "1 of 1 to look at");
  await page.keyboard.press("z");
  await t.sees(page, "1 of 2 to look at");
  await page.getByRole("button", { name: "Do not invite them" }).press("Enter");
  await t.sees(page, "1 of 1 to look at");
}

async function seesWhoWasInvited(t, app, page, round) {
  await page.goto(`${app.url}${round}?show=sent`);
  for (let tries = 0; tries < 30 && (await page.locator(".telling-line").count()) < 1; tries += 1) {
    await page.waitForTimeout(1_000);
    await page.reload();
  }
  await t.sees(page, "One person was invited, and has not answered yet.");
  await t.axe(page);
  await t.picture("invite-sent", page, { whole: true });
  await page.locator(".telling-line a[data-item]").press("Enter");
  await t.sees(page, "See you soon!");
  await t.axe(page);
  await page.getByRole("link", { name: "Open the conversation" }).click();
  await page.getByRole("link", { name: "Invited to say something" }).waitFor();
  await t.axe(page);
  for (const list of ["answered", "unsent", "skipped", "way"]) {
    await page.goto(`${app.url}${round}?show=${list}`);
    await page.getByRole("heading", { name: "One by one" }).waitFor();
    await t.axe(page);
  }
  await page.goto(`${app.url}/insights/invite`);
  await page.getByRole("link", { name: "3 by Segment" }).waitFor();
}

async function readsOnAPhone(t, app, phone, round) {
  for (const [name, path] of [["plan", "/insights/invite?size=3&seed=7"], ["round", round]]) {
    await phone.goto(`${app.url}${path}`);
    await phone.getByRole("heading", { level: 1 }).waitFor();
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    t.ok(!wide, `${name} fits a phone`);
    await t.axe(phone);
    await t.picture(`invite-${name}-phone`, phone, { whole: true });
  }
  await phone.locator(".telling-line a[data-item]").first().click();
  await phone.getByLabel("What you say").waitFor();
  await t.axe(phone);
  await t.picture("invite-draft-phone", phone, { whole: true });
}
