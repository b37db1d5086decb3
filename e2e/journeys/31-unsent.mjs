// What is written is never lost: without a network, signed out, on two devices at once; and files go once.

import { OWNER, PASSWORD, signIn } from "../lib/steps.mjs";

export const timeout = 120_000;

const answer = (page) => page.getByLabel(/^Your answer to/);
const send = (page) => page.locator("form.composer button.primary");
const says = (page, words) => async () => (await answer(page).inputValue()) === words;

export default async function (t) {
  // Its people keep silent: a message that comes while an answer is being sent would rightly hold it back.
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await page.goto(`${app.url}/inbox`);
  const href = await page.locator("a[href^='/inbox/']", { hasText: "Joaquín Mena" }).first().getAttribute("href");
  const conversation = `${app.url}${href}`;
  await page.goto(conversation);
  await withoutNetwork(t, page, conversation);
  await signedOut(t, page, conversation);
  await onTwoDevices(t, page, conversation);
  await listsWhatIsBegun(t, app, page);
  await withFiles(t, page);
  await leavesNothingBehind(t, app, page);
}

async function withoutNetwork(t, page, conversation) {
  const words = "Hola Joaquín, lo miramos hoy.";
  await page.context().setOffline(true);
  await answer(page).fill(words);
  await send(page).click({ noWaitAfter: true });
  await t.until("the browser has no page to show", () => page.url().startsWith("chrome-error:"));
  await page.context().setOffline(false);
  await page.goto(conversation);
  await t.until("the words are there again", says(page, words));
  await t.sees(page, "Draft kept.");
  t.equal(await page.locator(".message.ours", { hasText: words }).count(), 0, "nothing was sent");
}

async function signedOut(t, page, conversation) {
  const words = "Hola Joaquín, mañana sale otro saco.";
  await page.context().clearCookies();
  await answer(page).fill(words);
  await send(page).click();
  await t.sees(page, "what you wrote is kept");
  await t.axe(page);
  await page.getByRole("link", { name: "Go back to where you were" }).click();
  await page.waitForURL(/\/sign-in\?next=/);
  await page.getByLabel(/e-mail/i).fill(OWNER);
  await page.getByLabel(/password/i).fill(PASSWORD);
  await page.getByRole("button", { name: /sign in/i }).click();
  await page.waitForURL(conversation);
  await t.until("the words are there again", says(page, words));
  await t.sees(page, "Draft kept.");
}

async function onTwoDevices(t, page, conversation) {
  const phone = await t.page({ width: 375, height: 760, dark: true, as: page });
  await phone.goto(conversation);
  await answer(phone).fill("From the phone: two sacks, not one.");
  await t.sees(phone, "Draft kept.");
  await answer(page).fill("From the desk: one sack.");
  const other = page.locator("[data-elsewhere]");
  await other.waitFor();
  t.match(await other.innerText(), /From the phone: two sacks, not one\./);
  await t.axe(page);
  await t.picture("composer-elsewhere", page);
  // The phone does not know the desk's words either, and says so on its small screen.
  await other.getByRole("button", { name: "Add it to mine" }).click();
  const both = "From the desk: one sack.\n\nFrom the phone: two sacks, not one.";
  t.equal(await answer(page).inputValue(), both);
  await t.sees(page, "Draft kept.");
  await answer(phone).fill("Three sacks.");
  await phone.locator("[data-elsewhere]").waitFor();
  await t.axe(phone);
  await t.picture("composer-elsewhere-phone", phone);
  await phone.getByRole("button", { name: "Leave it out" }).click();
  await t.sees(phone, "Draft kept.");
  await page.reload();
  await t.until("the phone had the last word", says(page, "Three sacks."));
  await phone.close();
}

/** Who left an answer unfinished sees where it waits. */
async function listsWhatIsBegun(t, app, page) {
  const here = page.url();
  await page.goto(`${app.url}/inbox`);
  const row = page.locator(".rows .row", { hasText: "Joaquín Mena" }).first();
  t.match(await row.innerText(), /Draft/);
  await page.getByRole("link", { name: /^Drafts/ }).click();
  await page.waitForURL(/state=drafts/);
  t.equal(await page.locator(".rows .row").count(), 1);
  await t.axe(page);
  await t.picture("drafts-list", page);
  await page.locator(".rows a").first().click();
  await t.until("the words are there", says(page, "Three sacks."));
  await page.goto(here);
}

/** What was sent on the way to another conversation is not kept in this browser, where somebody else may sit down later. */
async function leavesNothingBehind(t, app, page) {
  const copies = () => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("draft:")));
  await answer(page).fill("Two sacks, and a label.");
  await t.sees(page, "Draft kept.");
  await page.getByRole("button", { name: "Send and close" }).click();
  await t.sees(page, "Sent and closed.");
  await t.until("nothing is kept here", async () => (await copies()).length === 0);
  t.ok(!(await page.evaluate(() => document.cookie)).includes("tertulia_taken"), "and it is told once");
}

async function withFiles(t, page) {
  const kept = page.locator("[data-kept] li");
  const picked = page.locator('form.composer input[type="file"]');
  const file = (name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(`What ${name} says.`) });
  await picked.setInputFiles([file("one.txt"), file("two.txt")]);
  await picked.setInputFiles([file("three.txt")]);
  await t.until("three files are kept", async () => (await kept.count()) === 3);
  await page.locator("[data-remove-file]").first().focus();
  await page.keyboard.press("Enter");
  await t.until("one is taken out", async () => (await kept.count()) === 2);
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
  await t.until("the focus is on the next one", async () => /two\.txt/.test(await focused()));

  // Sent while a file is on its way: it goes along. What was taken back is said, and heard.
  await picked.setInputFiles([file("four.txt")]);
  await send(page).click();
  await t.sees(page, "On its way.");
  await t.until("it is spoken", async () => (await page.locator("#toast-spoken").textContent()) === "On its way.");
  const sent = page.locator(".message.ours").last();
  t.equal(await sent.locator(".attachment-name").allInnerTexts(), ["two.txt", "three.txt", "four.txt"]);
  await page.getByRole("button", { name: /undo/i }).first().click();
  await t.sees(page, "Taken back. Your words are a draft again.");
  t.equal(await kept.count(), 3, "with their files");
}
