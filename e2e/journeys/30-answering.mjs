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

  await namesWhomItGoesTo(t, page, send);

  // Sent, taken back, sent again: the words come back as they were.
  await send.click();
  await t.sees(page, "tienes toda la razón");
  await page.getByRole("button", { name: /undo/i }).first().click();
  await t.until("the words are a draft again", async () => (await page.getByLabel(/your answer/i).inputValue()) === words);
  await page.getByRole("button", { name: /Send to Joaquín Mena by e-mail/ }).click();
  // The page is live: that it has left appears by itself.
  const answer = page.locator(".message.ours, .ours", { hasText: "tienes toda la razón" }).last();
  await t.until("it has left", async () => (await answer.count()) > 0 && /sent/i.test(await answer.innerText()), 40_000);
  await passOn(t, page);
}

/** Head and button follow the field: no name stands above another one's address. */
async function namesWhomItGoesTo(t, page, send) {
  await page.getByText("Recipients and subject").click();
  const to = page.getByLabel("To", { exact: true });
  const proposed = await to.inputValue();
  const kept = page.waitForResponse((answer) => answer.url().includes("/draft") && answer.ok());
  await to.fill("nuria@molino.example");
  t.equal(await page.locator("bdi[data-addressee]").innerText(), "nuria@molino.example");
  await page.getByRole("button", { name: "Send by e-mail", exact: true }).waitFor();
  await kept;
  await page.reload();
  await page.getByRole("button", { name: "Send by e-mail", exact: true }).waitFor();
  await t.picture("another-recipient", page);
  await to.fill(proposed);
  t.equal(await page.locator("bdi[data-addressee]").innerText(), "Joaquín Mena");
  await send.waitFor();
}

/** A mail goes on to somebody else; taken back and thrown away it is not lost either. */
async function passOn(t, page) {
  const words = "Nils, ¿qué pasó con este saco?";
  await page.getByRole("button", { name: "Forward", exact: true }).first().click();
  await page.waitForURL(/forward=\d+/);
  const own = page.getByLabel(/your own words/i);
  t.equal(await page.evaluate(() => document.activeElement.getAttribute("name")), "to", "the first question is whom it goes to");
  await page.keyboard.type("nils@molino.example");
  await own.fill(words);
  await t.axe(page);
  await page.getByRole("button", { name: /Forward by e-mail/ }).last().click();
  await t.sees(page, /forwarded to nils@molino\.example/);
  await t.axe(page);
  await page.getByRole("button", { name: /undo/i }).first().click();
  await t.until("the forward is a draft again", async () => (await own.inputValue()) === words);
  t.equal(await page.getByLabel("To", { exact: true }).inputValue(), "nils@molino.example");
  await page.getByRole("button", { name: /throw away/i }).click();
  await t.sees(page, "Thrown away.");
  await page.getByRole("button", { name: /undo/i }).first().click();
  await t.until("it is there again", async () => (await own.inputValue()) === words);
  await page.getByRole("button", { name: /Forward by e-mail/ }).last().click();
  await t.sees(page, /forwarded to nils@molino\.example/);
  await t.until("the answer is asked for again", async () => (await page.getByLabel(/your answer/i).inputValue()) === "");
}
