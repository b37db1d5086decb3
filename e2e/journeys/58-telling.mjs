// A change is done, and whoever asked for it is told: a text is written once, each draft is looked at and sent by itself, one is
// told by hand, one is left out and taken back, and one is owed it until it is paid; then they are asked whether it helped, and
// loop time says how long it took.

import { signIn } from "../lib/steps.mjs";

export const timeout = 200_000;

export default async function (t) {
  // Its people keep silent, so that nothing comes in between.
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  const change = await isDone(t, app, page);
  await writesOnce(t, app, page, change);
  await preparesDrafts(t, page);
  await sendsOne(t, app, page);
  await tellsByHand(t, app, page, change);
  await paysADebt(t, app, page, change);
  await asksWhetherItHelped(t, app, page, change);
  await readsLoopTime(t, app, page, change);
  const phone = await t.page({ width: 375, height: 760, as: page, dark: true });
  await readsOnAPhone(t, app, phone, change);
}

/** Three people ask for something, by a message each; a fourth told somebody so, who notes it on their behalf. It is done. */
async function isDone(t, app, page) {
  await page.goto(`${app.url}/inbox`);
  const rows = await page.locator(".rows [data-item]").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  let item = "";
  const known = [];
  for (const [n, href] of rows.slice(0, 3).entries()) {
    known.push(await whoIsAt(app, page, href));
    await page.locator('[data-hotkey="w"]').waitFor();
    await page.keyboard.press("w");
    await page.waitForURL(/\/feedback\/new\?message=/);
    await page.getByLabel("In a few words").fill("Smaller bags of coffee");
    if (n === 0) {
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Smaller bags of coffee" }).waitFor();
      item = new URL(page.url()).pathname;
    } else {
      await page.getByRole("button", { name: /^It is this one/ }).click();
      await page.waitForURL(`${app.url}${item}`);
    }
  }
  await notesSomebody(t, app, page, item, [rows.slice(3), known]);
  await page.getByRole("link", { name: "Make a change of it" }).click();
  await page.getByRole("button", { name: "Consider it" }).click();
  await page.getByRole("heading", { level: 1, name: "Smaller bags of coffee" }).waitFor();
  const change = new URL(page.url()).pathname;
  await page.goto(`${app.url}${change}/telling`);
  await t.sees(page, "This change is neither done nor declined.");
  await t.axe(page);
  await page.goto(`${app.url}${change}`);
  await page.getByText("Move it", { exact: true }).first().click();
  await page.getByLabel("How it stands").selectOption("done");
  await page.getByLabel(/^Why/).fill("There are bags of 250 grams from today on.");
  await page.getByRole("button", { name: "Move it" }).click();
  await t.sees(page, "Nobody was told yet, and no draft is prepared.");
  await t.axe(page);
  return change;
}

/** Opens a conversation; gives where its person is. */
async function whoIsAt(app, page, href) {
  await page.goto(`${app.url}${href}`);
  return page.locator('.person-head a[href^="/people/"]').first().getAttribute("href");
}

/** Somebody else who once wrote said it at the counter. */
async function notesSomebody(t, app, page, item, [rows, known]) {
  for (const href of rows) {
    const person = await whoIsAt(app, page, href);
    if (known.includes(person)) continue;
    await page.goto(`${app.url}${person}`);
    break;
  }
  const name = (await page.locator(".person-title h1").innerText()).trim();
  await page.goto(`${app.url}${item}/behalf?q=${encodeURIComponent(name)}`);
  await page.getByRole("radio").first().check();
  await page.getByLabel("How do you know that they ask for it?").fill("At the counter.");
  await page.getByRole("button", { name: "Note it" }).click();
  await page.waitForURL(`${app.url}${item}`);
  await t.sees(page, "Noted on their behalf.");
}

async function writesOnce(t, app, page, change) {
  await page.getByRole("link", { name: "Tell them" }).click();
  await page.getByRole("heading", { level: 1, name: "Telling those who asked" }).waitFor();
  await t.axe(page);
  await t.picture("telling-empty", page, { whole: true });
  await page.getByRole("link", { name: "Write it", exact: true }).click();
  const words = page.getByLabel("What you would say to one of them");
  t.ok((await words.inputValue()).includes("{quote}"), "something to begin with is proposed");
  await words.fill("Hello {firstname}, it is done.");
  await page.getByRole("button", { name: "Save the text" }).click();
  await page.locator(".banner", { hasText: "{firstname}" }).waitFor();
  t.equal(await words.inputValue(), "Hello {firstname}, it is done.", "what was typed is kept");
  await t.axe(page);
  await t.picture("telling-text", page);
  await words.fill("Hello {name},\n\nyou asked us: {quote}. There are bags of 250 grams from today on.");
  await page.getByRole("button", { name: "Save the text" }).click();
  await page.waitForURL(`${app.url}${change}/telling?kind=done`);
}

async function preparesDrafts(t, page) {
  await t.sees(page, "4 people who asked have no draft yet.");
  await page.getByRole("button", { name: "Prepare drafts" }).click();
  await page.getByText(/Prepared for 4 of 4 who asked/).waitFor({ timeout: 20_000 });
  // A page that was drawn before says that there is more by now.
  const ready = page.getByRole("link", { name: "The drafts are ready: look at them" });
  await page.locator(".telling-line").first().or(ready).first().waitFor();
  if ((await ready.count()) > 0) await ready.click();
  await page.locator(".telling-line").first().waitFor();
  t.equal(await page.locator(".telling-line").count(), 3);
  await t.axe(page);
  await t.picture("telling-drafts", page, { whole: true });
}

async function sendsOne(t, app, page) {
  await page.getByRole("link", { name: "Look at them one by one" }).click();
  await t.sees(page, "1 of 3 to look at");
  await page.getByText(/^It goes to /).waitFor();
  await t.axe(page);
  await t.picture("telling-draft", page, { whole: true });
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

async function tellsByHand(t, app, page, change) {
  await page.getByText("I told them another way").click();
  await page.getByLabel(/^How, and what they said/).fill("At the counter; she was glad.");
  await page.getByRole("button", { name: "Note it" }).click();
  await t.sees(page, "Noted. Nothing is sent to them.");
  await t.sees(page, "1 of 1 to look at");
  await page.getByText("Do not tell them").click();
  await page.getByRole("button", { name: "Leave them out" }).press("Enter");
  await t.sees(page, "Left out; nothing is owed to them.");
  await page.keyboard.press("z");
  await t.sees(page, "1 of 1 to look at");
  await page.goto(`${app.url}${change}/telling?show=told`);
  for (let tries = 0; tries < 30 && (await page.locator(".telling-line").count()) < 2; tries += 1) {
    await page.waitForTimeout(1_000);
    await page.reload();
  }
  t.equal(await page.locator(".telling-line").count(), 2, "one by a message that left, one by hand");
  await t.sees(page, "At the counter; she was glad.");
  await t.axe(page);
  await t.picture("telling-told", page, { whole: true });
}

/** Who was only noted on their behalf is owed it, until somebody tells them. */
async function paysADebt(t, app, page, change) {
  await page.goto(`${app.url}/feedback/debts`);
  await t.sees(page, "Somebody noted it on their behalf");
  t.equal(await page.locator(".telling-line").count(), 1);
  await t.axe(page);
  await t.picture("telling-debts", page, { whole: true });
  await page.locator(".telling-line a[data-item]").press("Enter");
  await page.getByText("I told them another way").click();
  await page.getByLabel(/^How, and what they said/).fill("When they came by.");
  await page.getByRole("button", { name: "Note it" }).click();
  await t.sees(page, "Noted. Nothing is sent to them.");
  await page.goto(`${app.url}/feedback/debts`);
  await t.sees(page, "Nothing is owed");
  await t.axe(page);
  await t.picture("telling-debts-empty", page);
  await page.goto(`${app.url}${change}/telling?show=told`);
  t.equal(await page.locator(".telling-line").count(), 3, "with the one who was told by hand");
}

async function asksWhetherItHelped(t, app, page, change) {
  await page.getByRole("link", { name: "Did it help?" }).click();
  await t.sees(page, "Nobody was asked yet.");
  await t.axe(page);
  await page.getByRole("link", { name: "Write it", exact: true }).click();
  await page.getByRole("button", { name: "Save the text" }).click();
  await page.getByRole("button", { name: "Ask whoever was told by now" }).click();
  for (let tries = 0; tries < 20 && (await page.locator(".telling-line").count()) < 1; tries += 1) {
    await page.waitForTimeout(500);
    await page.goto(`${app.url}${change}/telling?kind=helped`);
  }
  await page.getByRole("link", { name: "Look at them one by one" }).click();
  await page.locator("[data-send]").click();
  await t.sees(page, /On its way to /);
  await page.goto(`${app.url}${change}/telling?kind=helped&show=way`);
  await page.locator(".telling-line a[data-item]").first().click();
  await page.getByRole("heading", { name: "Did it help?" }).waitFor();
  await t.axe(page);
  await t.picture("telling-helped", page, { whole: true });
  await page.getByRole("button", { name: "It helped" }).press("Enter");
  await t.sees(page, "Noted on the change.");
  await page.goto(`${app.url}${change}`);
  await t.sees(page, /It helped 1 of 1 who answered/);
  await t.axe(page);
  await t.picture("telling-change", page, { whole: true });
}

async function readsLoopTime(t, app, page, change) {
  await page.goto(`${app.url}/feedback/loop`);
  await t.sees(page, /Half of them were told within/);
  await page.getByText("How this is counted").click();
  await t.sees(page, /nearest rank/);
  t.equal(await page.locator(".telling-line").count(), 3, "everybody behind it");
  await t.axe(page);
  await t.picture("telling-loop", page, { whole: true });
  await page.goto(`${app.url}${change}/loop`);
  await t.sees(page, /for this change/);
  await t.axe(page);
}

async function readsOnAPhone(t, app, page, change) {
  const paths = [`${change}/telling`, `${change}/telling?kind=helped`, `${change}/telling/text?language=es`, "/feedback/loop", "/feedback/debts"];
  for (const path of paths) {
    await page.goto(`${app.url}${path}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    t.equal(wide, 0, `nothing of ${path} is wider than a phone`);
    await t.axe(page);
  }
  await page.goto(`${app.url}${change}/telling`);
  await t.picture("telling-phone-dark", page, { whole: true });
  await page.locator(".telling-line a[data-item]").first().click();
  await page.getByText(/^It goes to /).waitFor();
  const low = await page.locator(".page button:visible, .page summary:visible").evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.textContent));
  t.equal(low.length, 0, `a thumb hits everything: ${low}`);
  await t.axe(page);
  await t.picture("telling-draft-phone-dark", page, { whole: true });
}
