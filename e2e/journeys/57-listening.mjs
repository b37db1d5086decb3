// Listening first: a note that only the team sees, with a colleague named by keyboard; the person's story beside the composer; an
// answer over what was not on the screen asks once; and a conversation that ends as "just listened". At a desk, on a phone in the
// dark, by keyboard and without a script.

import { signIn } from "../lib/steps.mjs";

export const timeout = 180_000;

export default async function (t) {
  // Its people keep silent, so that the newest message stays the newest.
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await page.goto(`${app.url}/mentions`);
  await t.sees(page, "Nobody has mentioned you yet");
  await t.axe(page);
  const here = await opens(app, page, "Joaquín Mena");
  await tellsTheStory(t, page);
  await notesByKeyboard(t, page);
  await asksOnce(t, app, page);
  await endsAsListened(t, app, page, here);
  await notesOfAPerson(t, app, page);
  const phone = await t.page({ width: 375, height: 760, as: page, dark: true });
  await onAPhone(t, app, phone, here);
  await withoutAScript(t, app, await t.page({ width: 1024, height: 800, as: page, javascript: false }), here);
}

async function opens(app, page, who) {
  await page.goto(`${app.url}/inbox`);
  await page.locator("a[href^='/inbox/']", { hasText: who }).first().click();
  await page.waitForURL(/\/inbox\/\d+/);
  return new URL(page.url()).pathname;
}

async function tellsTheStory(t, page) {
  const story = page.locator(".column-aside").getByRole("list", { name: "Their story" });
  await story.waitFor();
  t.match(await story.innerText(), /Joaquín Mena/);
  await t.axe(page);
  await t.picture("listening-story", page);
}

async function notesByKeyboard(t, page) {
  await page.locator('[data-hotkey="n"]').first().waitFor();
  await page.keyboard.press("n");
  const field = page.getByLabel("Note for the team");
  await t.until("the caret stands in the note", () => field.evaluate((one) => one === document.activeElement));
  await page.keyboard.type("He pays in cash. @");
  const offered = page.getByRole("option");
  await offered.first().waitFor();
  const names = await offered.allInnerTexts();
  t.ok(names.length > 1, `colleagues are offered: ${names}`);
  await page.keyboard.press("ArrowDown");
  t.equal(await offered.nth(1).getAttribute("aria-selected"), "true");
  t.equal(await field.getAttribute("aria-activedescendant"), await offered.nth(1).getAttribute("id"));
  await t.axe(page);
  await t.picture("listening-note-names", page);
  await page.keyboard.press("Enter");
  t.equal(await field.inputValue(), `He pays in cash. @${names[1]} `);
  await page.keyboard.type("keeps a sack for him.");
  await page.keyboard.press("Control+Enter");
  const note = page.getByRole("article", { name: /^Note from You, only for the team/ });
  await note.waitFor();
  t.match(await note.innerText(), /Only the team/);
  t.equal(await note.locator("mark").innerText(), `@${names[1]}`);
  t.equal(await page.locator(".message.ours", { hasText: "pays in cash" }).count(), 0, "it is no answer");
  await t.axe(page);
  await t.picture("listening-note", page);
  await note.getByRole("link", { name: /^Change/ }).press("Enter");
  await page.waitForURL(/\/notes\/\d+\/change/);
  await t.axe(page);
  await page.getByLabel("Note for the team").fill("He pays by card now.");
  await page.getByRole("button", { name: "Change it" }).click();
  await t.sees(page, "The note was changed.");
  await page.keyboard.press("z");
  await t.until("it stands as before", async () => /pays in cash/.test(await note.innerText()));
}

/** What the page held and nobody scrolled to: their messages are made taller than the screen. */
async function asksOnce(t, app, page) {
  const unread = await page.locator(".row.unread [data-item]").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  const fresh = unread.find((href) => !href.startsWith(new URL(page.url()).pathname));
  await page.addInitScript(() => {
    if (!sessionStorage.getItem("tall")) return;
    // Before the page's own scripts: it opens at its end, whatever is unread.
    document.addEventListener("readystatechange", () => {
      if (document.readyState !== "interactive") return;
      document.querySelector("[data-first-unread]")?.removeAttribute("data-first-unread");
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(".message.theirs { margin-block-end: 1500px; }");
      document.adoptedStyleSheets.push(sheet);
    });
  });
  await page.evaluate(() => sessionStorage.setItem("tall", "yes"));
  await page.goto(`${app.url}${fresh}`);
  await page.evaluate(() => sessionStorage.removeItem("tall"));
  const text = page.getByLabel(/^Your answer to/);
  await text.fill("Thank you, we look into it.");
  await page.locator("form.composer button.primary").click();
  await t.sees(page, /not on your screen yet\. Read (it|them) above; what you wrote is kept/);
  await t.axe(page);
  await t.picture("listening-asks", page);
  t.equal(await text.inputValue(), "Thank you, we look into it.");
  await page.getByRole("button", { name: /^Send all the same/ }).last().click();
  await t.sees(page, /On its way\.|Written down\./);
}

async function endsAsListened(t, app, page, here) {
  await page.goto(`${app.url}${here}`);
  await page.locator('[data-hotkey="E"]').waitFor();
  await page.keyboard.press("E");
  const choice = page.getByRole("button", { name: /^Just listened/ });
  await choice.waitFor();
  await t.axe(page);
  await t.picture("listening-ended-menu", page);
  await choice.press("Enter");
  await t.sees(page, "Closed: just listened. It opens again when they write.");
  await page.goto(`${app.url}/inbox?state=closed`);
  await page.getByRole("link", { name: "Just listened", exact: true }).click();
  await page.waitForURL(/outcome=listened/);
  await page.locator(`.rows a[href^="${here}"]`).click();
  await t.sees(page, "closed: just listened, said by you");
  await page.locator(".ended", { hasText: "closed by you: just listened" }).waitFor();
  await t.axe(page);
  await t.picture("listening-ended", page);
}

async function notesOfAPerson(t, app, page) {
  await page.locator(".conversation-title a").click();
  await page.waitForURL(/\/people\/\d+/);
  await page.keyboard.press("n");
  await page.getByLabel("Note for the team").fill("Knows everybody at the market.\nيعرف الجميع");
  await page.getByRole("button", { name: "Add the note" }).click();
  await t.sees(page, "Knows everybody at the market.");
  await t.axe(page);
  await t.picture("listening-person", page, { whole: true });
}

async function onAPhone(t, app, page, here) {
  for (const path of [here, "/mentions"]) {
    await page.goto(`${app.url}${path}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    t.equal(wide, 0, `nothing of ${path} is wider than a phone`);
    await t.axe(page);
  }
  await page.goto(`${app.url}${here}`);
  await page.getByText("Their story").click();
  await page.locator(".story-above .story").waitFor();
  await page.locator("#note-here > summary").click();
  const button = page.getByRole("button", { name: "Add the note" });
  await button.waitFor();
  const box = await button.boundingBox();
  t.ok(box.height >= 44, `a thumb finds it: ${box.height}`);
  await t.axe(page);
  await t.picture("listening-phone-dark", page);
}

async function withoutAScript(t, app, page, here) {
  await page.goto(`${app.url}${here}`);
  await page.locator("#note-here > summary").click();
  await page.getByLabel("Note for the team").fill("@Inés Robledo, without a script");
  await page.getByRole("button", { name: "Add the note" }).click();
  await t.sees(page, "without a script");
}
