// Somebody who has never seen it answers their first mail: open, read, write, send, think again, send.

import { signIn } from "../lib/steps.mjs";

export const timeout = 120_000;

export default async function (t) {
  const app = await t.start({ demo: true, patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await page.goto(`${app.url}/inbox`);
  const mail = page.locator("a[href^='/inbox/']", { hasText: "Joaquín Mena" }).first();
  await mail.click();
  await page.waitForURL(/\/inbox\/\d+/);
  const send = page.getByRole("button", { name: /Send to Joaquín Mena by e-mail/ });
  await t.ok(await send.isVisible(), "the button says what happens");
  await t.axe(page);

  // A draft is kept as it is written, and is there again on another device.
  const words = "Hola Joaquín, tienes toda la razón. Lo miramos hoy.";
  await page.getByLabel(/your answer/i).fill(words);
  const phone = await t.page({ width: 375, height: 760, dark: true, as: page });
  await t.until("the draft is on the phone", async () => {
    await phone.goto(page.url());
    return (await phone.getByLabel(/your answer/i).inputValue()) === words;
  });
  await t.axe(phone);

  // Sent, taken back, sent again: the words come back as they were.
  await send.click();
  await t.sees(page, "tienes toda la razón");
  await page.getByRole("button", { name: /undo/i }).first().click();
  await t.until("the words are a draft again", async () => (await page.getByLabel(/your answer/i).inputValue()) === words);
  await page.getByRole("button", { name: /Send to Joaquín Mena by e-mail/ }).click();
  await t.until(
    "it has left",
    async () => {
      await page.reload();
      return /sent/i.test(await page.locator(".message.ours, .ours").last().innerText());
    },
    40_000,
  );
}
