// What the machine makes of a message: corrected in place by keyboard, undone, and on a page of its own without a script. A sample
// is drawn, read by two by keys, settled, and measured; a share without the machine's errors stands beside it once enough was read. At a
// desk and on a phone in the dark.

import { signIn } from "../lib/steps.mjs";

export const timeout = 240_000;

const COLLEAGUE = "jonas@fuenteyflor.example";

export default async function (t) {
  // Its people keep silent, so that what is drawn stays what it was.
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  const here = await opens(app, page);
  await correctsInPlace(t, app, page, here);
  await withoutAScript(t, app, await t.page({ width: 1024, height: 800, as: page, javascript: false }), here);
  const sample = await draws(t, app, page);
  await readsSome(t, app, page, sample, "1");
  const colleague = await t.page({ width: 375, height: 760, dark: true });
  await signIn(app, colleague, { mail: COLLEAGUE });
  await readsSome(t, app, colleague, sample, "2");
  await settles(t, app, page, sample);
  await measures(t, app, page, colleague);
  await saysHowMuchMore(t, app, page);
  for (const reader of [page, colleague]) await readsByWhatIsWritten(t, app, reader, sample);
  await seesAShareWithoutErrors(t, app, page, colleague);
}

/** A conversation whose newest message is theirs. */
async function opens(app, page) {
  await page.goto(`${app.url}/inbox`);
  await page.locator(".rows [data-item]").first().click();
  await page.waitForURL(/\/inbox\/\d+/);
  await page.locator(".message.theirs .labels").last().waitFor();
  return new URL(page.url()).pathname;
}

const newest = (page) => page.locator(".message.theirs").last();

async function correctsInPlace(t, app, page, here) {
  const message = newest(page);
  await message.locator(".labels > summary").click();
  await t.sees(message, "How often it is wrong here was not measured.");
  await t.axe(page);
  await t.picture("labels-under", page);
  await message.getByRole("link", { name: /^Correct/ }).press("Enter");
  const noise = message.getByLabel("Noise");
  await noise.waitFor();
  await t.axe(page);
  await t.picture("labels-correct", page);
  await noise.selectOption("promotion");
  await message.getByRole("button", { name: "Save what it is" }).press("Enter");
  await t.sees(message, "It holds from now on.");
  t.equal(new URL(page.url()).pathname, here, "the page stayed");
  await t.until("its few words say so", async () => /promotion/.test(await message.locator(".labels > summary").innerText()));
  await page.reload();
  await newest(page).locator(".labels > summary", { hasText: "promotion" }).click();
  await t.sees(newest(page), "Said by you");
}

async function withoutAScript(t, app, page, here) {
  await page.goto(`${app.url}${here}`);
  const message = newest(page);
  await message.locator(".labels > summary").click();
  await message.getByRole("link", { name: /^Correct/ }).click();
  await page.waitForURL(/\/messages\/\d+\/labels$/);
  await page.getByLabel("Noise").selectOption("model");
  await page.getByRole("button", { name: "Save what it is" }).click();
  await t.sees(page, "It holds from now on.");
  t.ok(!/promotion/.test(await newest(page).locator(".labels > summary").innerText()), "the model's word holds again");
}

async function draws(t, app, page) {
  await page.goto(`${app.url}/insights/labels`);
  await t.sees(page, "Nobody has read a sample yet.");
  await t.axe(page);
  await t.picture("labels-trust-empty", page, { whole: true });
  await page.getByRole("link", { name: "Asks something", exact: true }).click();
  await page.waitForURL(/\/insights\/labels\/question$/);
  await t.sees(page, "It was not measured here");
  await page.getByLabel("Messages of each language on each channel").fill("3");
  await page.keyboard.press("Enter");
  await t.sees(page, "Choose a number from 5 to 200.");
  await t.axe(page);
  await page.getByLabel("Messages of each language on each channel").fill("5");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/insights\/labels\/read\?sample=\d+$/);
  return new URL(page.url()).search;
}

/** So many are read, the same ones by both: all of a sample would take minutes. */
const MANY = 6;

/** Reads the first ones by keys, all the same but for the very first. */
async function readsSome(t, app, page, sample, first) {
  await page.goto(`${app.url}/insights/labels/read${sample}`);
  await page.getByRole("heading", { name: "Does this ask something?" }).waitFor();
  t.equal(await page.locator(".labels").count(), 0, "nothing of what the machine says leads whoever reads");
  await t.axe(page);
  await t.picture(`labels-read-${first}`, page);
  const left = Number((await page.locator(".progress-words").innerText()).match(/of (\d+)/)[1]);
  // The last one is taken back once, and said again.
  await page.keyboard.press(first);
  await t.sees(page, "1 of ");
  await page.keyboard.press("z");
  await t.sees(page, `0 of ${left} messages read by you`);
  for (let read = 0; read < MANY; read += 1) {
    await page.locator('[data-hotkey="1"]').waitFor();
    await page.keyboard.press(read === 0 ? first : "1");
    await t.sees(page, `${read + 1} of ${left} messages read by you`);
  }
}

async function settles(t, app, page, sample) {
  await page.goto(`${app.url}/insights/labels/read${sample}&differing=yes`);
  await t.sees(page, "Those who read these messages differ.");
  await t.sees(page, "you: No");
  await t.axe(page);
  await t.picture("labels-settle", page);
  await page.keyboard.press("2");
  await t.sees(page, "Settled: Yes.");
  await t.sees(page, "Nobody differs");
}

async function measures(t, app, page, phone) {
  for (const [look, name] of [[page, "desk"], [phone, "phone"]]) {
    await look.goto(`${app.url}/insights/labels/question`);
    await t.sees(look, "What is taken for what");
    await t.sees(look, "its own");
    await t.axe(look);
    await t.picture(`labels-measured-${name}`, look, { whole: true });
  }
}

const VOICES = "/insights/voices?days=365&question=question";

async function saysHowMuchMore(t, app, page) {
  await page.goto(`${app.url}${VOICES}`);
  await t.sees(page, "It cannot be corrected for the machine’s errors yet");
  await t.axe(page);
  await page.getByRole("link", { name: /^Read a sample/ }).click();
  await page.waitForURL(/\/insights\/labels\/question$/);
}

/** Enough that a share can be corrected: a question mark is what makes a question here. */
const ENOUGH = 60;

async function readsByWhatIsWritten(t, app, page, sample) {
  await page.goto(`${app.url}/insights/labels/read${sample}`);
  for (let read = MANY; read < ENOUGH; read += 1) {
    const words = page.locator("blockquote.said");
    if ((await words.count()) === 0) return;
    const asks = (await words.innerText()).includes("?");
    await page.keyboard.press(asks ? "2" : "1");
    await t.sees(page, `${read + 1} of `);
  }
}

async function seesAShareWithoutErrors(t, app, page, phone) {
  for (const [look, name] of [[page, "desk"], [phone, "phone"]]) {
    // What was measured may be a minute old.
    await t.until("the share stands beside it", async () => {
      await look.goto(`${app.url}${VOICES}`);
      return (await look.locator("#trust").innerText()).includes("The machine’s guesses were checked on");
    }, 70_000);
    await t.sees(look, "How that was measured");
    await t.axe(look);
    await t.picture(`insights-corrected-${name}`, look, { whole: true });
  }
}
