// The owner's other screens: old mail and a table are brought in, what could not be read is decided on, somebody joins the
// team and sees what their role allows, and the organisation gets another name.

import { readFile } from "node:fs/promises";
import { firstRun, lookAtFile } from "../lib/steps.mjs";

const MBOX = `From amina at example.org  Mon Mar  1 10:00:00 2021
From: amina at example.org (Amina Yusuf)
Date: Mon, 1 Mar 2021 10:00:00 +0000
Subject: Kettle or machine?
Message-ID: <one@example.org>

What do you take to the allotment, a kettle or a machine?

From bo at example.org  Mon Mar  1 11:00:00 2021
From: bo at example.org (Bo Lindqvist)
Date: Mon, 1 Mar 2021 11:00:00 +0000
Subject: Re: Kettle or machine?
Message-ID: <two@example.org>
In-Reply-To: <one@example.org>

A kettle. The machine is for the kitchen.
`;

// The third says nothing; the last two have one field too many, for their words hold a comma without quotes.
const TABLE = `when,who,said
2024-05-03 09:00,Olga,"The grinder hums, and I like it"
2024-05-03 09:05,Søren,Mine does not
2024-05-03 09:09,Ana,
2024-05-03 09:10,Luis,Too loud, for me
2024-05-03 09:12,Mina,Not here, no
`;

export default async function (t) {
  const app = await t.start();
  const page = await t.page({ width: 1280, height: 860 });
  await firstRun(app, page);
  await importsMail(t, page);
  await importsTable(t, page);
  await decidesOnWhatWasSetAside(t, page);
  await invites(t, app, page);
  await renames(t, page);
}

async function importsMail(t, page) {
  await page.getByRole("link", { name: "Bring in an archive" }).click();
  await lookAtFile(page, "allotment.mbox", MBOX);
  await t.sees(page, "Amina Yusuf");
  await t.sees(page, "Kettle or machine?");
  await t.axe(page);
  await page.getByRole("button", { name: "Import it" }).click();
  await t.sees(page, "2 messages were taken.");
  await t.picture("import-report", page);
  await page.getByRole("link", { name: "Show it in Listen" }).click();
  await t.sees(page, "A kettle. The machine is for the kitchen.");
}

async function importsTable(t, page) {
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await page.waitForURL(/\/import$/);
  await lookAtFile(page, "forum.csv", TABLE);
  await page.getByLabel("Name of the archive").fill(" ");
  await page.locator("#main form").first().evaluate((form) => (form.noValidate = true));
  await page.getByRole("button", { name: "Import it" }).click();
  await page.getByRole("alert").getByText("Nothing was imported yet.").waitFor();
  t.equal(await page.evaluate(() => document.activeElement?.id), "field-source", "the caret is at what is wrong");
  await t.axe(page);
  // Columns that the file's own words do not give away are chosen by hand, and the preview follows.
  await page.getByLabel("Name of the archive").fill("Grinder forum");
  await page.locator('[name="column-text"]').selectOption("said");
  await page.locator('[name="column-author"]').selectOption("who");
  await page.locator('[name="column-time"]').selectOption("when");
  const preview = page.locator("#preview");
  await t.until("the preview follows", async () => /Olga[^]*The grinder hums, and I like it/.test(await preview.innerText()));
  await t.axe(page);
  await t.picture("import-mapping", page);
  await page.getByRole("button", { name: "Import it" }).click();
  await t.sees(page, "2 messages were taken.");
  await t.sees(page, "It held nothing that was said.");
  await t.axe(page);
  await t.picture("import-reasons", page);
  await page.getByRole("link", { name: "See what was set aside" }).click();
}

async function decidesOnWhatWasSetAside(t, page) {
  await page.waitForURL(/\/quarantine\?channel=/);
  const items = page.locator(".set-aside");
  t.equal(await items.count(), 2, "each row that could not be read");
  await t.axe(page);
  await t.picture("quarantine-list", page);
  await items.first().getByRole("link").click();
  await t.sees(page, "It is kept as it came until somebody decides.");
  await t.axe(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download" }).click()]);
  t.match(await readFile(await download.path(), "utf8"), /Luis|Mina/, "the bytes as they came");

  // What could not be read then cannot be read now, and that is said.
  await page.getByRole("button", { name: "Try again" }).click();
  await t.sees(page, "Nothing was changed.");
  await page.getByRole("button", { name: "Discard" }).click();
  await t.sees(page, "Discarded.");
  t.equal(await items.count(), 1);
  await page.getByRole("button", { name: /^Undo/ }).click();
  await t.until("it is back", async () => (await items.count()) === 2);
  await items.first().getByRole("button", { name: "Discard" }).click();
  await t.until("it is gone", async () => (await items.count()) === 1);
}

async function invites(t, app, page) {
  await page.getByRole("link", { name: "Team", exact: true }).click();
  await page.getByRole("link", { name: "Invite somebody" }).click();
  await page.getByLabel("Their name").fill("Vera Lindgren");
  await page.getByLabel("Their e-mail").fill("vera@fuenteyflor.example");
  await page.getByLabel("Viewer").check();
  await t.axe(page);
  await page.getByRole("button", { name: "Make the invitation" }).click();
  const link = await page.getByLabel("The link").inputValue();
  await t.axe(page);

  const hers = await t.page({ width: 375, height: 760 });
  await hers.goto(link);
  await t.axe(hers);
  await hers.getByLabel(/password/i).first().fill("a cup of her own");
  await hers.locator("form button[type=submit], form button:not([type])").first().click();
  await t.sees(hers, "Hello, Vera Lindgren.");
  for (const name of ["Channels", "Team", "Settings", "Import"]) {
    t.equal(await hers.getByRole("link", { name, exact: true }).count(), 0, `${name} is not hers to see`);
  }
  for (const path of ["/team", "/settings", "/import", "/channels/new"]) {
    t.equal((await hers.goto(`${app.url}${path}`)).status(), 403, `${path} is closed to her`);
  }
  await t.sees(hers, "Your role does not allow this. Ask an owner of the team.");
  await t.axe(hers);
  await t.picture("team-refused", hers);

  // A link works once; and whoever lost their access is out at once.
  const again = await t.page();
  await again.goto(link);
  t.equal(await again.getByLabel(/new password|password/i).count(), 0, "the link has been used");
  await page.getByRole("link", { name: "Back to the team" }).click();
  await page.getByRole("link", { name: "Vera Lindgren" }).click();
  await page.getByRole("button", { name: "End their access" }).click();
  await t.sees(page, "They can no longer sign in");
  await hers.goto(`${app.url}/`);
  t.equal(new URL(hers.url()).pathname, "/sign-in");
}

async function renames(t, page) {
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("What is it called?").fill("Café Fuente");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await t.sees(page, "The new name is kept.");
  await t.axe(page);
  await page.getByRole("link", { name: "Café Fuente, Today" }).waitFor();
  await page.getByRole("button", { name: /^Undo/ }).click();
  await page.getByRole("link", { name: "Fuente & Flor, Today" }).waitFor();
}
