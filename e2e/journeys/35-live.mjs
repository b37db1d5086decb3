// Pages that are open side by side: who else has a conversation open is seen within a second, and who leaves is not; and a
// page stays live though a backup was restored under it.

import { execFileSync } from "node:child_process";
import { rename } from "node:fs/promises";
import path from "node:path";
import { firstRun, lookAtFile, signIn } from "../lib/steps.mjs";

const QUICK = 2_000;
const LEAVING = 8_000;

export default async function (t) {
  await seesWhoIsThere(t);
  await goesOnAfterARestore(t);
}

async function seesWhoIsThere(t) {
  const app = await t.start({ demo: true, patience: 60_000 });
  const ines = await t.page();
  await signIn(app, ines);
  await ines.goto(`${app.url}/inbox`);
  const href = await ines.locator("a[href^='/inbox/']", { hasText: "Joaquín Mena" }).first().getAttribute("href");
  await ines.goto(`${app.url}${href}`);
  const here = ines.locator(".here");
  t.equal((await here.innerText()).trim(), "");

  const salma = await t.page();
  await signIn(app, salma, { mail: "salma@fuenteyflor.example" });
  await salma.goto(`${app.url}${href}`);
  const opened = Date.now();
  await t.until("Inés sees Salma", async () => /^Salma .* has this open\.$/.test(await here.innerText()), QUICK);
  t.ok(Date.now() - opened < QUICK, "quickly");
  await t.sees(salma, "Inés Robledo has this open.");
  await t.axe(ines);
  await t.picture("live-others", ines);

  // To the list and back; then the browser is gone without a word.
  await salma.goto(`${app.url}/inbox`);
  await t.until("Salma has left it", async () => (await here.innerText()).trim() === "", LEAVING);
  await salma.goto(`${app.url}${href}`);
  await t.until("Salma is back", async () => /Salma/.test(await here.innerText()), QUICK);
  await salma.context().close();
  await t.until("Salma has closed it", async () => (await here.innerText()).trim() === "", LEAVING);
  await app.stop();
}

async function goesOnAfterARestore(t) {
  const app = await t.start();
  const page = await t.page();
  await firstRun(app, page);
  const run = (...args) => execFileSync(app.binary, args, { cwd: app.dir, env: { PATH: process.env.PATH, HOME: app.dir } });
  run("backup", path.join(app.dir, "saved"));
  for (const name of ["one", "two", "three"]) await bringsIn(t, app, page, name);

  const watching = await t.page({ as: page });
  await watching.goto(`${app.url}/channels`);
  await t.sees(watching, "three");
  await app.crash();
  const [data, old] = ["data", "set-aside"].map((name) => path.join(app.dir, name));
  await rename(data, old);
  run("restore", path.join(app.dir, "saved"), "--to", data, "--key", path.join(old, "secrets.key"));
  await app.restart();
  await t.until("what the backup did not know has left the page", async () => !/three/.test(await shown(watching)), 20_000);

  // From here on the sequence is lower than what the page had seen.
  await bringsIn(t, app, page, "four");
  await t.until("the page hears again", async () => /four/.test(await shown(watching)));
}

const shown = (page) => page.locator("main").innerText();

async function bringsIn(t, app, page, name) {
  await page.goto(`${app.url}/import`);
  await lookAtFile(page, `${name}.csv`, `text,author\n"${name}, said quietly",Olga\n`);
  await page.getByRole("button", { name: "Import it" }).click();
  await t.sees(page, "One message was taken.");
}
