// Pages that are open side by side: who else has a conversation open is seen within a second, and who leaves is not; all
// tabs of a browser know who is signed in; and a page stays live though a backup was restored under it.

import { execFileSync } from "node:child_process";
import { rename } from "node:fs/promises";
import path from "node:path";
import { OWNER, PASSWORD, firstRun, lookAtFile, signIn } from "../lib/steps.mjs";

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
  await isSignedOutElsewhere(t, app, ines, `${app.url}${href}`);
  await isOneTooMany(t, app);
  await app.stop();
}

/** A session that is ended on another device is told in all tabs, where what was written stays and nothing else is done. */
async function isSignedOutElsewhere(t, app, page, conversation) {
  const list = await t.page({ user: page });
  await list.goto(`${app.url}/inbox?state=closed`);
  const mapping = await t.page({ user: page });
  await mapping.goto(`${app.url}/import`);
  await lookAtFile(mapping, "forum.csv", "who,said\nOlga,The grinder hums\n");
  const answer = page.getByLabel(/^Your answer to/);
  await answer.fill("Half a sentence, and");
  await t.sees(page, "Draft kept.");

  const phone = await t.page({ width: 375, height: 760 });
  await signIn(app, phone);
  await phone.goto(`${app.url}/account`);
  await phone.getByRole("button", { name: "Sign out everywhere else" }).click();
  await t.sees(phone, "You are signed out everywhere else.");
  for (const tab of [page, list, mapping]) await t.sees(tab, "You are signed out. What you wrote still stands here.");
  t.equal(await answer.inputValue(), "Half a sentence, and");
  await t.axe(page);
  await t.picture("signed-out", page);

  // What is asked for now is refused, and that is said: beside a list that stays, and in the place it was asked for.
  const rows = await list.locator(".rows .row").count();
  await list.getByRole("link", { name: "Show older" }).click();
  await list.locator("#toasts", { hasText: /sign in/i }).waitFor();
  t.equal(await list.locator(".rows .row").count(), rows);
  await t.axe(list);
  await mapping.locator('[name="column-author"]').selectOption("who");
  await mapping.locator("#preview").getByRole("alert").waitFor();
  await t.picture("refused-in-place", mapping);

  // Whoever signs in again in one tab is signed in, in all of them; and so it is with signing out.
  await page.locator("#signed-out-line").getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel(/e-mail/i).fill(OWNER);
  await page.getByLabel(/password/i).fill(PASSWORD);
  await page.getByRole("button", { name: /sign in/i }).click();
  await page.waitForURL(conversation);
  t.equal(await answer.inputValue(), "Half a sentence, and");
  await list.locator("#signed-out-line").waitFor({ state: "hidden" });
  await list.getByRole("link", { name: "Show older" }).click();
  await t.until("more is shown", async () => (await list.locator(".rows .row").count()) > rows);
  await list.locator(".rail-me").click();
  await list.getByRole("button", { name: "Sign out" }).click();
  await list.waitForURL(/\/sign-in/);
  await page.waitForURL(/\/sign-in\?next=/);
}

/** A page whose stream is refused, since its session has as many as it may, asks seldom. */
async function isOneTooMany(t, app) {
  const page = await t.page();
  await signIn(app, page);
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  await page.goto("about:blank");
  const end = new AbortController();
  const open = () => fetch(`${app.url}/live`, { headers: { cookie }, signal: end.signal });
  await t.until("all streams are taken", async () => (await open()).status === 429);
  let asked = 0;
  page.on("request", (request) => (asked += Number(request.url().includes("/live?"))));
  await page.goto(`${app.url}/people`);
  await page.waitForTimeout(12_000);
  end.abort();
  t.ok(asked >= 1 && asked <= 2, `asked ${asked} times`);
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
