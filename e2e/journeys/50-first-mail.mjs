// Somebody who has never seen it, on a phone: sets it up, connects their mailbox, hears their first mail and answers it,
// by what the screens say and by pressing what is visible. Nothing is reached by typing an address.

import { firstRun } from "../lib/steps.mjs";

const ADDRESS = "hello@desk.test";
const CUSTOMER = "amina@example.test";

export default async function (t) {
  const mail = await t.mail();
  const app = await t.start({ env: { TERTULIA_ALLOW_PRIVATE_HOSTS: "localhost" } });
  const page = await t.page({ width: 375, height: 760, isMobile: true, hasTouch: true });
  await firstRun(app, page);
  await connectsTheMailbox(t, page, mail);

  // Somebody writes; it stands in the inbox without anybody's loading it again.
  await page.getByRole("link", { name: "Open the inbox" }).click();
  await t.sees(page, "Nobody waits");
  await mail.send({
    from: CUSTOMER,
    to: ADDRESS,
    headers: [
      `From: Amina Yusuf <${CUSTOMER}>`,
      `To: <${ADDRESS}>`,
      "Subject: Opening hours",
      "Message-ID: <question.1@example.test>",
      "Date: Sat, 21 Nov 2026 10:00:00 +0000",
    ],
    text: "Hello,\n\nwhen do you open on Sunday?\n\nAmina",
  });
  const row = page.locator(".rows a", { hasText: "Amina Yusuf" });
  await row.waitFor({ timeout: 30_000 });
  t.match(await row.innerText(), /when do you open on Sunday/);
  t.equal(await page.getByText("Nobody waits").isVisible(), false, "and nobody says otherwise");
  await t.axe(page);
  await t.picture("first-mail-arrived", page);

  await row.click();
  await t.sees(page, "when do you open on Sunday?");
  await t.picture("first-mail-opened", page);
  await page.getByLabel("Your answer to Amina Yusuf").fill("From nine, and there is cake.");
  await page.getByRole("button", { name: "Send to Amina Yusuf by e-mail" }).click();
  await t.sees(page, "From nine, and there is cake.");
  await t.picture("first-mail-answered", page);

  const box = await t.until("the answer lies in her box", () => answered(mail), 40_000);
  t.match(box, /^Subject: Re: Opening hours/m);
  t.match(box, /^In-Reply-To: <question\.1@example\.test>/m);
  t.match(box, /^From: .*<hello@desk\.test>/m);
  await t.until("the page says that it was sent", async () => /sent/i.test(await page.locator(".message.ours").innerText()));
}

async function connectsTheMailbox(t, page, mail) {
  await page.getByRole("link", { name: "Connect a mailbox" }).click();
  await page.getByLabel(/^Address/).fill(ADDRESS);
  await page.getByLabel(/^Name/).fill("Fuente & Flor");
  await page.getByLabel("Incoming server").fill("localhost");
  await page.getByLabel(/^Password/).fill("not this one");
  await page.getByLabel(/^Outgoing server/).fill("localhost");
  await page.getByText("More settings").click();
  await page.locator('[name="setting-imap_port"]').fill(String(mail.imaps));
  await page.locator('[name="setting-smtp_port"]').fill(String(mail.smtp));
  await page.locator('[name="setting-smtp_security"]').selectOption("none");
  await page.locator('[name="setting-extra_ca"]').fill(mail.ca);
  await t.axe(page);

  // A mistake is said before anything is saved, and what was typed stays.
  await page.getByRole("button", { name: "Test connection" }).click();
  await t.sees(page, "Nothing was changed.");
  await t.picture("first-mail-refused", page);
  await page.getByLabel(/^Password/).fill(mail.password);
  await page.getByRole("button", { name: "Test connection" }).click();
  await t.sees(page, "The connection works.");
  await t.picture("first-mail-tested", page);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await t.sees(page, "The channel is connected.");
  await t.until("it says how far it is", async () => /up to date, looked/.test(await page.locator("main").innerText()), 20_000);
  await t.axe(page);
  await t.picture("first-mail-connected", page);
}

async function answered(mail) {
  const box = await mail.box("amina");
  return box.includes("From nine, and there is cake.") && box;
}
