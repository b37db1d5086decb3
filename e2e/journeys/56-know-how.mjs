// An article is written, found beside an answer before a word is typed, put in by one key and by one tap; a saved reply is put in
// by "/", what is not known in it is marked and holds the answer back. On a phone, in the dark, by keyboard, without a script.

import { signIn } from "../lib/steps.mjs";

export const timeout = 150_000;

const answer = (page) => page.getByLabel(/^Your answer to/);
const written = (page) => answer(page).inputValue();

export default async function (t) {
  // Its people keep silent, so that what is written is not held back.
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await writes(t, app, page);
  const conversation = await opens(app, page);
  await putsInByKey(t, page);
  await putsInByTap(t, page);
  await savesAReply(t, app, page);
  await writesWithIt(t, page, conversation);
  await readsTheArticle(t, app, page);
  const phone = await t.page({ width: 375, height: 760, as: page, dark: true });
  await onAPhone(t, app, phone, conversation);
}

async function writes(t, app, page) {
  for (const key of ["g", "k"]) await page.keyboard.press(key);
  await page.waitForURL(`${app.url}/know-how`);
  await t.sees(page, "No article is written yet");
  await t.axe(page);
  await t.picture("know-how-empty", page);
  await page.keyboard.press("w");
  await page.waitForURL(`${app.url}/know-how/new`);
  await page.getByLabel("What it is about").fill("Un saco que llega abierto");
  await page.getByLabel("What you answer").fill("Mire https://example.org");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator(".banner", { hasText: "one link at most" }).waitFor();
  await t.axe(page);
  const words = "Si un saco de café llega abierto o roto, mándanos una foto y te enviamos otro el mismo día, sin coste.\n\nEl roto te lo puedes quedar.";
  await page.getByLabel("What you answer").fill(words);
  await page.getByLabel("A page that says more").fill("https://example.org/sacos");
  await page.getByLabel("Language").selectOption("es");
  await page.getByRole("button", { name: "Save" }).press("Enter");
  await page.getByRole("heading", { name: "Un saco que llega abierto" }).waitFor();
  await t.axe(page);
  await t.picture("know-how-article", page);
}

async function opens(app, page) {
  await page.goto(`${app.url}/inbox`);
  const href = await page.locator("a[href^='/inbox/']", { hasText: "Joaquín Mena" }).first().getAttribute("href");
  await page.goto(`${app.url}${href}`);
  return `${app.url}${href}`;
}

async function putsInByKey(t, page) {
  await answer(page).fill("Hola Joaquín, sobre el saco abierto:");
  await page.locator("[data-put]").first().waitFor();
  await t.axe(page);
  await t.picture("know-how-beside", page);
  t.equal(await page.evaluate(() => document.activeElement?.tagName), "TEXTAREA", "the caret stays where it was");
  await page.keyboard.press("Alt+Digit1");
  await t.until("it stands in the answer", async () => (await written(page)).includes("abierto:\n\nSi un saco de café llega abierto"));
  t.ok((await written(page)).endsWith("https://example.org/sacos"), "with its link");
  await page.keyboard.press("Control+z");
  await t.until("it is out again", async () => !(await written(page)).includes("Si un saco"));
}

async function putsInByTap(t, page) {
  await page.locator("[data-put]").first().click();
  await t.until("it stands in the answer", async () => (await written(page)).includes("Si un saco de café"));
  await t.sees(page, "Draft kept.");
  await page.reload();
  t.ok((await page.locator('input[name="articles"]').inputValue()).length > 5, "the draft knows what was put in");
  await page.locator("form.composer button.primary").click();
  await page.locator(".used", { hasText: "Un saco que llega abierto" }).waitFor();
  await t.axe(page);
  await t.picture("know-how-sent", page);
}

async function savesAReply(t, app, page) {
  await page.goto(`${app.url}/know-how/replies`);
  await t.sees(page, "No reply is saved yet");
  await t.axe(page);
  await page.keyboard.press("w");
  await page.waitForURL(`${app.url}/know-how/replies/new`);
  await page.getByLabel("Name", { exact: true }).fill("Saludo");
  await page.getByLabel("What you write").fill("Hola {frist name}:");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator(".banner", { hasText: "{frist name} is not known" }).waitFor();
  await t.axe(page);
  await t.picture("saved-reply-form", page);
  await page.getByLabel("What you write").fill("Hola {first name|amigo}, hoy es {day}. ");
  await page.getByLabel("The team’s").check();
  await page.getByRole("button", { name: "Save" }).press("Enter");
  await page.getByRole("link", { name: "Saludo" }).waitFor();
  await t.axe(page);
  await t.picture("saved-replies", page);
}

async function writesWithIt(t, page, conversation) {
  await page.goto(conversation);
  await answer(page).press("/");
  await page.getByLabel("Find a saved reply").waitFor();
  await page.locator(".saved-choice", { hasText: "Saludo" }).waitFor();
  await t.axe(page);
  await t.picture("saved-reply-menu", page);
  await page.keyboard.press("Escape");
  t.equal(await written(page), "/", "a slash is a slash where nothing is chosen");
  await page.keyboard.press("Backspace");
  await answer(page).press("/");
  await page.keyboard.type("salu");
  await page.keyboard.press("Enter");
  await t.until("it is filled in", async () => /^Hola Joaquín, hoy es \p{L}+\./u.test(await written(page)));
  await answer(page).fill("Hola {name}, gracias.");
  await page.locator("[data-gaps]", { hasText: "{name}" }).waitFor();
  await t.axe(page);
  await page.keyboard.press("Control+Enter");
  await t.sees(page, "Fill in {name} first.");
  const chosen = await answer(page).evaluate((text) => text.value.slice(text.selectionStart, text.selectionEnd));
  t.equal(chosen, "{name}", "what is missing is chosen");
  await t.picture("saved-reply-gap", page);
  await page.keyboard.type("Joaquín Mena");
  t.equal(await written(page), "Hola Joaquín Mena, gracias.");
  await page.locator("[data-gaps]").waitFor({ state: "hidden" });
}

async function readsTheArticle(t, app, page) {
  await page.goto(`${app.url}/know-how`);
  await page.getByRole("link", { name: "Un saco que llega abierto" }).click();
  await t.sees(page, "Put into one answer.");
  await page.getByRole("link", { name: "Change it" }).click();
  await page.getByLabel("What you answer").fill("Escríbenos.");
  await page.getByRole("button", { name: "Save" }).click();
  await t.sees(page, "Saved. The words before are kept.");
  await page.keyboard.press("z");
  await t.sees(page, "Si un saco de café llega abierto");
  await page.goto(`${app.url}/know-how/asked`);
  await t.axe(page);
  await t.picture("know-how-asked", page);
}

async function onAPhone(t, app, page, conversation) {
  for (const path of ["/know-how", "/know-how/new", "/know-how/asked", "/know-how/replies", "/know-how/replies/new"]) {
    await page.goto(`${app.url}${path}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    t.equal(wide, 0, `nothing of ${path} is wider than a phone`);
    await t.axe(page);
  }
  await t.picture("saved-reply-form-phone-dark", page, { whole: true });
  await page.goto(conversation);
  await answer(page).fill("El saco abierto");
  const put = page.locator("[data-put]").first();
  await put.waitFor();
  const height = await put.evaluate((button) => button.getBoundingClientRect().height);
  t.ok(height >= 44, `a thumb finds it: ${height} px`);
  await t.axe(page);
  await t.picture("know-how-phone-dark", page);
  await page.getByRole("button", { name: "Saved replies" }).click();
  await page.locator(".saved-choice").first().waitFor();
  await t.axe(page);
  await t.picture("saved-replies-phone-dark", page);
}
