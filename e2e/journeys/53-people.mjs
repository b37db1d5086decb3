// Somebody who wrote on two channels is one person: it is suggested with why, seen side by side, made so, told apart again,
// and what was decided is remembered. She is asked herself, and says it by a link. Their page says how well they are known.

import { signIn } from "../lib/steps.mjs";

export const timeout = 120_000;

export default async function (t) {
  const app = await t.start({ demo: true, patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await seesWhoMayBeTheSame(t, app, page);
  const person = await looksAtBoth(t, app, page);
  await makesThemOne(t, app, page, person);
  await partsThemAgain(t, page, person);
  await remembersThatTheyAreTwo(t, app, page, person);
  await asksHerself(t, app, page);
  await partsSeveral(t, app, page, person);
  await findsThemByAnotherName(t, app, page);
}

/** They are looked for in the background. */
async function seesWhoMayBeTheSame(t, app, page) {
  const first = page.getByRole("link", { name: "Look at both" }).first();
  for (let tries = 0; tries < 60 && !(await first.isVisible()); tries += 1) {
    await page.goto(`${app.url}/people/suggested`);
    await first.waitFor({ timeout: 1_000 }).catch(() => {});
  }
  await first.waitFor();
  t.ok(await page.getByText("For it:").first().isVisible(), "it says why");
  await t.axe(page);
  await t.picture("people-suggested", page);
  const phone = await t.page({ width: 375, height: 760, dark: true, as: page });
  await phone.goto(page.url());
  await t.axe(phone);
  await t.picture("people-suggested-phone", phone);
  await phone.close();
}

async function looksAtBoth(t, app, page) {
  await page.goto(`${app.url}/people`);
  await page.getByRole("searchbox").fill("Lucía Montalbán");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=/);
  const found = page.locator(".person-line", { hasText: "Lucía Montalbán" });
  t.ok((await found.count()) > 1, "she is heard under several names");
  await found.first().click();
  await page.getByRole("heading", { name: "Perhaps also" }).waitFor();
  t.ok(await page.getByRole("heading", { name: "What was said" }).isVisible(), "theirs and ours, in order");
  const person = new URL(page.url());
  await t.axe(page);
  await t.picture("people-perhaps", page, { whole: true });
  await page.getByRole("link", { name: "Look at both" }).first().click();
  await page.getByRole("heading", { name: "Are these two one person?" }).waitFor();
  await t.axe(page);
  await t.picture("people-both", page, { whole: true });
  const phone = await t.page({ width: 375, height: 760, dark: true, as: page });
  await phone.goto(page.url());
  await t.axe(phone);
  await t.picture("people-both-phone", phone, { whole: true });
  await phone.close();
  return person.href;
}

async function makesThemOne(t, app, page, person) {
  const name = page.getByLabel("What they are called");
  await name.fill(" ");
  await page.getByRole("button", { name: "They are one person" }).click();
  await page.getByText("Nothing was changed.").waitFor();
  await name.fill("Lucía de La Noria");
  await name.press("Enter");
  await page.getByText("They are one person now.").waitFor();
  await page.getByRole("heading", { name: "Lucía de La Noria", level: 1 }).waitFor();
  t.equal(page.url(), person);
  await page.getByText("Made one from 2").click();
  await page.getByText("A member of the team said so.").waitFor();
  await page.getByRole("heading", { name: "How well you know each other" }).waitFor();
  await page.getByText("How this is measured").click();
  await t.axe(page);
  await t.picture("people-one", page, { whole: true });
  const phone = await t.page({ width: 375, height: 760, dark: true, as: page });
  await phone.goto(person);
  await t.axe(phone);
  await t.picture("people-one-phone", phone, { whole: true });
  await phone.close();
  await page.goto(`${app.url}/people?q=${encodeURIComponent("Lucía Montalbán")}`);
  t.ok(await page.locator(".person-line", { hasText: "Lucía de La Noria" }).isVisible(), "found by her other name as well");
}

async function partsThemAgain(t, page, person) {
  await page.goto(person);
  await page.getByText("Made one from 2").click();
  await page.getByRole("button", { name: "Part them again" }).click();
  await page.getByText("They are two again, each with what they said.").waitFor();
  t.ok(page.url() !== person, "whoever is by themselves again is shown");
}

async function remembersThatTheyAreTwo(t, app, page, person) {
  await page.goto(person);
  const perhaps = page.locator(".card", { has: page.getByRole("link", { name: "Look at both" }) });
  // What was parted is looked at anew, after a moment.
  let before = 0;
  await t.until("it is suggested again, and no more comes", async () => {
    await page.goto(person);
    const [then, now] = [before, await perhaps.count()];
    before = now;
    return now > 0 && now === then;
  });
  const asked = await perhaps.first().getByRole("link", { name: "Look at both" }).getAttribute("href");
  await perhaps.first().getByRole("button", { name: "They are two" }).click();
  await page.getByText("It is remembered that they are two.").waitFor();
  t.equal(await page.locator(`a[href="${asked}"]`).count(), 0, "it is not suggested any more");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("It is open again whether they are one.").waitFor();
  await page.goto(person);
  t.equal(await page.locator(`a[href="${asked}"]`).count(), 1, "it is suggested again");
  await page.goto(`${app.url}/people/suggested`);
  await page.getByRole("link", { name: "Look at both" }).first().waitFor();
}

/** By the channel on which only she reads it; a yes of hers decides nothing by itself. */
async function asksHerself(t, app, page) {
  await page.goto(`${app.url}/people/suggested`);
  const card = page.locator(".card", { hasText: "lucia.montalban@correo.example" }).first();
  await card.getByRole("link", { name: "Look at both" }).click();
  await page.getByRole("link", { name: "Ask them" }).click();
  await page.getByRole("heading", { name: "Ask whether they are one" }).waitFor();
  const both = page.url().replace(/\/ask$/, "");
  await t.axe(page);
  await t.picture("people-ask", page, { whole: true });
  const phone = await t.page({ width: 375, height: 760, dark: true, as: page });
  await phone.goto(page.url());
  await t.axe(phone);
  await t.picture("people-ask-phone", phone, { whole: true });
  await phone.close();
  await page.getByLabel("What stands above the link").fill("Lucía, ¿eres tú también la del foro?");
  await page.getByRole("button", { name: "Ask them" }).click();
  await page.getByText("was asked, and has not answered yet").waitFor();
  const herself = await t.page({ width: 375, height: 760, dark: true });
  await herself.goto(`${app.url}${await linkToHer(t, app, page)}`);
  await herself.getByRole("heading", { name: "Is this you too?" }).waitFor();
  t.ok(await herself.getByText("…").first().isVisible(), "the other address is mostly hidden");
  await t.axe(herself);
  await t.picture("people-is-this-you", herself);
  await herself.getByRole("button", { name: "Yes, that is me" }).click();
  await herself.getByRole("heading", { name: "Thank you" }).waitFor();
  await herself.goBack();
  await herself.reload();
  await herself.getByRole("heading", { name: "This link does not hold any more" }).waitFor();
  await herself.close();
  await page.goto(both);
  await page.getByText("was asked, and said that both are them").waitFor();
  await page.getByRole("button", { name: "They are one person" }).waitFor();
  await t.axe(page);
}

/** The path of the link in what was sent to her. */
async function linkToHer(t, app, page) {
  await page.goto(`${app.url}/inbox?state=pending`);
  await page.locator("a[href^='/inbox/']", { hasText: "Lucía" }).first().click();
  await page.getByText("¿eres tú también la del foro?").first().waitFor();
  const [link] = (await page.locator("main").first().innerText()).match(/\/is-this-you\/[0-9a-f]{64}/) ?? [];
  t.ok(link, "the link stands in the message");
  return link;
}

async function partsSeveral(t, app, page, person) {
  for (const other of [1, 2]) {
    await page.goto(person);
    await page.getByRole("link", { name: "Look at both" }).first().click();
    await page.getByRole("button", { name: "They are one person" }).click();
    await page.getByText(`Made one from ${other + 1}`).waitFor();
  }
  await page.goto(`${app.url}/people/suggested`);
  await page.getByRole("heading", { name: "By itself" }).waitFor();
  await page.getByRole("link", { name: "Made one" }).click();
  await page.getByRole("button", { name: "Part those that are ticked" }).click();
  await page.getByText("Nobody was parted").waitFor();
  const boxes = page.getByRole("checkbox");
  t.equal(await boxes.count(), 2);
  await boxes.first().focus();
  await page.keyboard.press("Space");
  await boxes.last().check();
  await t.axe(page);
  await t.picture("people-made-one", page);
  const phone = await t.page({ width: 375, height: 760, dark: true, as: page });
  await phone.goto(page.url());
  await t.axe(phone);
  await t.picture("people-made-one-phone", phone);
  await phone.close();
  await page.getByRole("button", { name: "Part those that are ticked" }).click();
  await page.getByText("2 are by themselves again.").waitFor();
  await page.getByText("Nobody was made one").waitFor();
}

/** Whoever knows it needs no suggestion. */
async function findsThemByAnotherName(t, app, page) {
  await page.goto(`${app.url}/people?q=${encodeURIComponent("Paco Iribarren")}`);
  await page.locator(".person-line").first().click();
  await page.getByRole("link", { name: "Known by another name?" }).click();
  await page.getByRole("searchbox").fill("nobody at all");
  await page.keyboard.press("Enter");
  await page.getByText("Nobody else is called that").waitFor();
  await page.getByRole("searchbox").fill("Rosa");
  await page.keyboard.press("Enter");
  await page.locator(".person-line", { hasText: "Rosa" }).first().waitFor();
  await t.axe(page);
  await t.picture("people-who-else", page);
}
