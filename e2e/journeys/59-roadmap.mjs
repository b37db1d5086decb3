// A change is told to everybody: an owner turns the roadmap on, a member publishes, a reader whose browser runs no scripts adds
// a voice, follows the link in the mail and counts; feeds are read; the tracker says that it is done.

import { createHmac } from "node:crypto";
import { firstRun } from "../lib/steps.mjs";

export const timeout = 150_000;

const ADDRESS = "hello@desk.test";
const READER = "amina@example.test";
const ISSUE = "https://git.example/roaster/shop/issues/7";

export default async function (t) {
  const mail = await t.mail();
  const app = await t.start({ env: { TERTULIA_ALLOW_PRIVATE_HOSTS: "localhost,127.0.0.1" } });
  const page = await t.page({ width: 1280, height: 860 });
  await firstRun(app, page);
  await turnsItOn(t, app, page);
  const change = await publishes(t, app, page);
  const reader = await t.page({ width: 375, height: 760, javascript: false });
  await isNotTaken(t, app, reader, change);
  await connects(t, app, page, mail);
  await addsAVoice(t, app, reader, change, mail);
  await counts(t, app, page, change);
  await hearsTheTracker(t, app, page, change);
  await feeds(t, app, page);
  await looks(t, app, change);
}

async function turnsItOn(t, app, page) {
  t.equal((await page.request.get(`${app.url}/roadmap`)).status(), 404, "it is off");
  await page.goto(`${app.url}/settings`);
  await page.getByRole("link", { name: "Set it up" }).click();
  await page.getByLabel("Everybody can read it").check();
  await page.getByLabel("Your colour").fill("#2a7f62");
  await page.getByLabel("What stands above it").fill("What we do about what you ask for. Tell us if you need something.");
  await page.getByRole("button", { name: "Save" }).click();
  await t.sees(page, "Everybody can read the roadmap.");
  await t.axe(page);
  await t.picture("roadmap-settings", page, { whole: true });
}

async function makes(app, page, { title, link = "", says, state, reason }) {
  await page.goto(`${app.url}/feedback/changes/new`);
  await page.getByLabel("In a few words").fill(`Among us: ${title}`);
  if (link) await page.getByLabel("Where it is worked on").fill(link);
  await page.getByRole("button", { name: "Consider it" }).click();
  await page.waitForURL(/\/feedback\/changes\/\d+$/);
  const change = new URL(page.url()).pathname;
  if (state) {
    await page.getByText("Move it", { exact: true }).first().click();
    await page.getByLabel("How it stands").selectOption(state);
    await page.getByLabel(/^Why/).fill(reason);
    await page.getByRole("button", { name: "Move it" }).click();
    await page.locator(".feedback-reason", { hasText: reason }).waitFor();
  }
  await page.getByRole("link", { name: "Publish it" }).click();
  await page.getByLabel("In a few words").fill(title);
  await page.getByLabel(/^What changes/).fill(says);
  await page.getByRole("button", { name: "Publish it" }).click();
  await page.getByText("Everybody can read it.").waitFor();
  return change;
}

async function publishes(t, app, page) {
  const change = await makes(app, page, { title: "We open on Sundays", link: ISSUE, says: "From nine to one, with fresh bread.", state: "planned", reason: "From May on." });
  await t.axe(page);
  await t.picture("roadmap-change-among-us", page);
  await makes(app, page, { title: "قهوة بلا كافيين", says: "نفكر في نوع واحد على الأقل." });
  await makes(app, page, { title: "Bolsas más pequeñas", says: "De cien gramos.", state: "done", reason: "Ya están en la tienda." });
  await makes(app, page, { title: "A drive-in", says: "", state: "declined", reason: "The street is too narrow, and we would rather see you." });
  return change;
}

const publicly = (change) => `/roadmap/${change.split("/").at(-1)}`;

async function isNotTaken(t, app, reader, change) {
  await reader.goto(`${app.url}${publicly(change)}`);
  await reader.getByRole("link", { name: "Add your voice" }).click();
  await t.sees(reader, "Voices cannot be taken at present");
}

async function connects(t, app, page, mail) {
  await page.goto(`${app.url}/settings/roadmap`);
  await t.sees(page, "No mail can be sent, so no voices are taken.");
  await page.goto(`${app.url}/channels/new/email`);
  await page.getByLabel(/^Address/).fill(ADDRESS);
  await page.getByLabel(/^Name/).fill("Fuente & Flor");
  await page.getByLabel("Incoming server").fill("localhost");
  await page.getByLabel(/^Password/).fill(mail.password);
  await page.getByLabel(/^Outgoing server/).fill("localhost");
  await page.getByText("More settings").click();
  await page.locator('[name="setting-imap_port"]').fill(String(mail.imaps));
  await page.locator('[name="setting-smtp_port"]').fill(String(mail.smtp));
  await page.locator('[name="setting-smtp_security"]').selectOption("none");
  await page.locator('[name="setting-extra_ca"]').fill(mail.ca);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await t.sees(page, "The channel is connected.");
}

async function addsAVoice(t, app, reader, change, mail) {
  await reader.goto(`${app.url}${publicly(change)}`);
  await reader.getByRole("link", { name: "Add your voice" }).click();
  await t.picture("roadmap-voice-phone", reader, { whole: true });
  const address = reader.getByLabel("Your e-mail address");
  await address.fill(READER);
  await reader.getByLabel(/say something/).fill("Sunday mornings after church would be lovely.");
  // Whoever types takes longer than this.
  await reader.waitForTimeout(1_600);
  await address.press("Enter");
  await t.sees(reader, "a link is on its way to it");
  await t.picture("roadmap-voice-sent-phone", reader);
  const box = await t.until("the link lies in her box", async () => {
    const box = await mail.box("amina");
    return box.includes("/voices/") && box;
  }, 40_000);
  // The longest lines of a mail may be folded by its encoding.
  const link = box.replace(/=\r?\n/g, "").match(/http:\/\/[^\s]*\/voices\/\d+\/[\w-]+/)[0];
  await reader.goto(`${app.url}${new URL(link).pathname}`);
  await t.sees(reader, "Sunday mornings after church would be lovely.");
  await t.picture("roadmap-link-phone", reader);
  await reader.getByRole("button", { name: "Yes, count my voice" }).click();
  await t.sees(reader, "You count among those who ask for this");
  // The page as it was is kept for a minute; a little later it says so.
  await reader.goto(`${app.url}${publicly(change)}?later`);
  await t.sees(reader, "A few people asked for this");
  t.equal((await reader.context().cookies()).length, 0, "a reader gets no cookie");
}

async function counts(t, app, page, change) {
  await page.goto(`${app.url}${change}`);
  await t.sees(page, "One person asks for it");
  await page.locator(".feedback-list a").first().click();
  await t.sees(page, "Sunday mornings after church would be lovely.");
  await t.sees(page, "noted by themselves, on the public roadmap");
  await page.goto(`${app.url}/inbox`);
  await t.sees(page, "Sunday mornings after church would be lovely.");
}

async function hearsTheTracker(t, app, page, change) {
  await page.goto(`${app.url}/settings/trackers`);
  await page.getByLabel("What you call it").fill("The shop's issues");
  await page.getByRole("button", { name: "Add it" }).click();
  const secret = await page.getByLabel("The secret").inputValue();
  const door = new URL(await page.getByLabel("The address").inputValue()).pathname;
  await t.axe(page);
  await t.picture("trackers-secret", page);
  const body = JSON.stringify({ action: "closed", issue: { html_url: ISSUE, updated_at: new Date().toISOString() } });
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const headers = { "content-type": "application/json", "x-hub-signature-256": signature };
  const told = await fetch(`${app.url}${door}`, { method: "POST", headers, body });
  t.equal(await told.json(), { changes: 1 });
  await page.goto(`${app.url}/feedback`);
  await t.sees(page, "The tracker says that this is done. Is it?");
  await t.axe(page);
  await page.goto(`${app.url}${change}`);
  await t.axe(page);
  await t.picture("trackers-asked", page);
  await page.getByRole("button", { name: "Yes, it is done" }).click();
  await t.sees(page, "It is done now.");
  await page.goto(`${app.url}/settings/trackers`);
  await t.axe(page);
  await t.picture("trackers", page);
}

async function feeds(t, app, page) {
  const read = async (path) => (await page.request.get(`${app.url}${path}`)).text();
  const atom = await read("/changelog.atom");
  const titles = await page.evaluate((xml) => {
    const read = new DOMParser().parseFromString(xml, "application/xml");
    if (read.querySelector("parsererror")) return ["broken"];
    return [...read.querySelectorAll("entry > title")].map((one) => one.textContent);
  }, atom);
  t.equal(titles, ["We open on Sundays", "Bolsas más pequeñas"]);
  const json = JSON.parse(await read("/roadmap.json"));
  t.equal(json.items.length, 4);
  const first = await page.request.get(`${app.url}/changelog.atom`);
  const again = await page.request.get(`${app.url}/changelog.atom`, { headers: { "if-none-match": first.headers().etag } });
  t.equal(again.status(), 304);
  await isReadAsAFeed(t, app, page);
}

/** Our own connector for feeds finds the feed by the page, and reads it. */
async function isReadAsAFeed(t, app, page) {
  await page.goto(`${app.url}/channels/new/feed`);
  await page.locator('[name="setting-url"]').fill(`${app.url}/changelog`);
  await page.getByRole("button", { name: "Test connection" }).click();
  await t.sees(page, /The page names its feed: .*\/changelog\.atom/);
  await t.picture("roadmap-read-as-a-feed", page);
}

/** By everybody: on a wide screen and a phone, by day and by night, by keyboard. */
async function looks(t, app, change) {
  const wide = await t.page({ width: 1280, height: 860 });
  const phone = await t.page({ width: 375, height: 760, dark: true });
  for (const path of ["/roadmap", publicly(change), "/changelog", "/roadmap?state=declined"]) {
    for (const page of [wide, phone]) {
      await page.goto(`${app.url}${path}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      t.equal(over, 0, `nothing of ${path} is wider than the screen`);
      await t.axe(page);
    }
    const name = path.startsWith("/roadmap/") ? "one" : path.replace(/\W+/g, "-");
    await t.picture(`roadmap-public${name === "one" ? "-one" : name}`, wide, { whole: true });
    await t.picture(`roadmap-public${name === "one" ? "-one" : name}-phone-dark`, phone, { whole: true });
  }
  await wide.goto(`${app.url}/roadmap`);
  await wide.keyboard.press("Tab");
  t.equal(await wide.evaluate(() => document.activeElement.textContent), "Skip to the main part");
  await wide.keyboard.press("Enter");
  await wide.keyboard.press("Tab");
  t.match(await wide.evaluate(() => document.activeElement.getAttribute("href")), /^\/roadmap\/\d+$/);
  await wide.keyboard.press("Enter");
  await wide.waitForURL(/\/roadmap\/\d+$/);
}
