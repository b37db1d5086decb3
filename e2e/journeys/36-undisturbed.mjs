// Messages come in while somebody reads and writes: what they type, their caret, what they selected and where they have
// scrolled to stay as they are, and an answer over messages they did not see asks first.

import { firstRun } from "../lib/steps.mjs";

export const timeout = 120_000;

export default async function (t) {
  const app = await t.start();
  const page = await t.page({ width: 1280, height: 700 });
  await firstRun(app, page);
  const visitor = await visits(page, app, await t.page({ width: 375, height: 700 }));
  for (const n of [1, 2, 3]) await visitor.says(`Story ${n}.\n${"And it went on and on.\n".repeat(20)}The end of ${n}.`);
  await page.goto(`${app.url}/inbox`);
  await page.locator('.rows a[href^="/inbox/"]').first().click();
  await page.waitForURL(/\/inbox\/\d+/);
  await t.sees(page, "The end of 3.");

  const text = page.getByLabel(/^Your answer to/);
  const words = "We open at nine, and at ten on Sundays.";
  await text.focus();
  const typing = page.keyboard.type(words, { delay: 40 });
  await visitor.says("One more thing while you write.");
  await typing;
  await arrives(t, page, "One more thing while you write.");
  const spoken = () => page.locator("#arrivals-spoken").textContent();
  await t.until("who listens is told", async () => /^1 new message\./.test(await spoken()));
  t.equal(await text.inputValue(), words, "no letter is lost");

  // Somewhere in the middle, with a part of what was written selected.
  await text.evaluate((field) => field.setSelectionRange(3, 7));
  await page.locator("#main").evaluate((main) => (main.scrollTop = 150));
  const before = await standing(page);
  t.equal([before.selected, before.scrolled], ["open", 150]);
  await visitor.says("And another.");
  await arrives(t, page, "And another.");
  t.equal(await standing(page), before);
  t.ok(await page.locator("[data-below-pill]").isVisible(), "that something came is said below");

  // Words of theirs that are being selected are not swapped away under the hand.
  await page.locator(".message-text").first().evaluate((message) => getSelection().selectAllChildren(message));
  const selected = () => page.evaluate(() => getSelection().toString());
  const held = await selected();
  t.match(held, /Story 1\./);
  await visitor.says("A last one.");
  await page.waitForTimeout(1_500);
  t.equal(await page.locator(".message", { hasText: "A last one." }).count(), 0, "it waits");
  t.equal(await selected(), held);
  await page.evaluate(() => getSelection().removeAllRanges());
  await arrives(t, page, "A last one.");
  t.equal((await standing(page)).scrolled, 150);

  // None of them came into sight: the answer asks first, and goes once they did.
  await page.locator("form.composer button.primary").click();
  await t.sees(page, /messages were not on your screen yet/);
  t.equal(await text.inputValue(), words);
  t.equal(await page.locator(".message.ours").count(), 0);
  await page.getByRole("button", { name: /^Send all the same/ }).last().click();
  await t.sees(page, "On its way.");
  t.equal(await page.locator(".message.ours").count(), 1);
}

/** How the page stands for whoever is at it. */
function standing(page) {
  return page.evaluate(() => {
    const field = document.activeElement;
    return {
      focus: field.name,
      text: field.value,
      selected: field.value?.slice(field.selectionStart, field.selectionEnd),
      scrolled: document.getElementById("main").scrollTop,
    };
  });
}

const arrives = (t, page, words) => t.until(`"${words}" arrives`, () => page.locator(".message", { hasText: words }).count());

/** Somebody in the chat, on a page of its own. */
async function visits(owner, app, page) {
  await owner.goto(`${app.url}/channels/new/webchat`);
  await owner.locator('[name="setting-name"]').fill("Fuente & Flor");
  await owner.locator('[name="setting-allowed_origins"]').fill("http://localhost:8000");
  await owner.getByRole("button", { name: "Connect" }).click();
  const script = await owner.locator("textarea.code-line").inputValue();
  await page.goto(script.match(/http[^"]+\/chat\/\d+/)[0] + "/frame");
  return {
    async says(words) {
      await page.getByLabel("Write a message").fill(words);
      await page.getByRole("button", { name: "Send" }).click();
      await page.locator("#log li[data-seq]:not(.greeting)", { hasText: words.split("\n")[0] }).waitFor();
    },
  };
}
