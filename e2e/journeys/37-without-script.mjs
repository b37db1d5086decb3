// A browser that runs no scripts: sign in, read, answer, think again, find.

import { signIn } from "../lib/steps.mjs";

export default async function (t) {
  const app = await t.start({ demo: true, patience: 60_000 });
  const page = await t.page({ width: 1024, height: 800, javascript: false });
  await signIn(app, page);
  await page.getByRole("link", { name: /inbox/i }).first().click();
  await page.locator("a[href^='/inbox/']", { hasText: "Joaquín Mena" }).first().click();
  await page.waitForURL(/\/inbox\/\d+/);
  const text = page.getByLabel(/^Your answer to/);
  const send = page.locator("form.composer button.primary");
  const sent = page.locator(".message.ours", { hasText: "two sacks" });

  const words = "Tomorrow, two sacks.\nGreetings";
  await text.fill(words);
  await page.locator('form.composer input[type="file"]').setInputFiles({ name: "label.txt", mimeType: "text/plain", buffer: Buffer.from("To Joaquín") });
  await send.click();
  await t.sees(page, "On its way.");
  t.equal(await sent.count(), 1);
  t.match(await sent.innerText(), /label\.txt/);
  await t.picture("without-script", page);
  await page.getByRole("button", { name: /^Undo/ }).click();
  await t.sees(page, "Taken back. Your words are a draft again.");
  t.equal(await text.inputValue(), words);
  t.equal(await sent.count(), 0);

  // Thrown away and taken up again; then it goes.
  await page.getByRole("button", { name: /throw away/i }).click();
  await t.sees(page, "Thrown away.");
  t.equal(await text.inputValue(), "");
  await page.getByRole("button", { name: /^Undo/ }).click();
  t.equal(await text.inputValue(), words);
  await send.click();
  await t.sees(page, "On its way.");
  t.equal(await sent.count(), 1);

  await page.goto(`${app.url}/listen`);
  await page.getByRole("searchbox").first().fill("Mercado");
  await page.getByRole("button", { name: "Search" }).first().click();
  await page.waitForURL(/q=Mercado/);
  t.ok((await page.locator("main", { hasText: "Mercado" }).locator("mark").count()) > 0, "what was found is marked");
}
