// What is said can be read wherever it is read: on a phone with the answer opened wide, turned sideways or at 200 %, and
// from the right; and lists say what is new without mixing their pages.

import { signIn } from "../lib/steps.mjs";

export const timeout = 120_000;

const href = (page, name) => page.locator("a[href^='/inbox/']", { hasText: name }).first().getAttribute("href");

export default async function (t) {
  const app = await t.start({ demo: true, patience: 60_000 });
  const desk = await t.page({ width: 1280, height: 860 });
  await signIn(app, desk);
  await desk.goto(`${app.url}/inbox`);
  const mail = await href(desk, "Joaquín Mena");
  await readsBesideAnOpenComposer(t, app, desk, mail);
  await readsWithLittleHeight(t, app, desk, mail);
  await readsFromTheRight(t, app, desk);
  await readsByTheirOwnClock(t, app, desk, mail);
  await keepsPagesApart(t, app, desk);
  await countsWhatIsUnread(t, app, desk);
}

async function readsBesideAnOpenComposer(t, app, first, mail) {
  const phone = await t.page({ width: 375, height: 667, as: first });
  await phone.goto(`${app.url}${mail}`);
  await phone.getByText("Recipients and subject").click();
  const [head, composer] = [phone.locator(".conversation-head"), phone.locator(".conversation-foot .composer")];
  const free = (await composer.boundingBox()).y - ((await head.boundingBox()).y + (await head.boundingBox()).height);
  t.ok(free > 60, `${free} px are left for what is answered`);
  const send = await phone.getByRole("button", { name: /^Send to/ }).boundingBox();
  t.ok(send.y > 0 && send.y + send.height <= 667, "and the answer can be sent without looking for the button");
  await t.picture("reading-recipients", phone);
  await phone.context().close();
}

async function readsWithLittleHeight(t, app, first, mail) {
  const low = await t.page({ width: 640, height: 360, as: first });
  await low.goto(`${app.url}${mail}`);
  const message = low.locator(".message-text").first();
  await message.scrollIntoViewIfNeeded();
  const seen = await message.evaluate((element) => {
    const box = element.getBoundingClientRect();
    const [x, y] = [box.left + 20, Math.min(box.bottom, innerHeight) - 10];
    return element.contains(document.elementFromPoint(x, Math.max(y, box.top + 5)));
  });
  t.ok(seen, "nothing lies before the message");
  t.ok(!(await low.locator(".column-list").isVisible()), "one column at a time");
  await t.axe(low);
  await t.picture("reading-low", low);
  await low.context().close();
}

/** Wherever the reader is: the same moment, by the clock on their wall. */
async function readsByTheirOwnClock(t, app, first, mail) {
  const seen = [];
  for (const timezoneId of ["Pacific/Kiritimati", "America/St_Johns"]) {
    const page = await t.page({ as: first, timezoneId });
    await page.goto(`${app.url}${mail}`);
    const at = page.locator(".message.theirs tt-time").first();
    const clock = new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", timeZone: timezoneId });
    const there = clock.format(Number(await at.getAttribute("data-ms")));
    t.ok((await at.innerText()).endsWith(there), `${await at.innerText()} is ${there} in ${timezoneId}`);
    seen.push(there);
    await page.context().close();
  }
  t.ok(seen[0] !== seen[1], seen.join(" and "));
}

async function readsFromTheRight(t, app, page) {
  await page.goto(`${app.url}/listen?q=lang:ar`);
  await page.goto(`${app.url}${await page.locator("a", { hasText: /^Show thread/ }).first().getAttribute("href")}`);
  const styles = await page.locator(".message.theirs .message-text").first().evaluate((element) => {
    const { direction, unicodeBidi, textAlign } = getComputedStyle(element);
    return { direction, unicodeBidi, textAlign };
  });
  t.equal(styles, { direction: "rtl", unicodeBidi: "plaintext", textAlign: "start" });
  // A mail that greets in one script and goes on in another: each line runs its own way.
  const lines = await page.locator(".message-text").first().evaluate((element) => {
    element.textContent = "Hi,\nشكرا جزيلا";
    const node = element.firstChild;
    const left = (from, to) => {
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, to);
      return range.getBoundingClientRect().left - element.getBoundingClientRect().left;
    };
    return [left(0, 3), left(4, node.length)];
  });
  t.ok(lines[0] < 2 && lines[1] > 100, `the first line begins left, the second right: ${lines}`);
  await t.picture("reading-from-the-right", page);
}

/** With older pages shown below, what happens stands in the first list alone. */
async function keepsPagesApart(t, app, page) {
  await page.goto(`${app.url}/inbox?state=closed`);
  await page.getByRole("link", { name: "Show older" }).click();
  const lists = page.locator("[data-list-page] ol.rows");
  await t.until("the second page is there", async () => (await lists.count()) === 2);
  const rows = (n) => lists.nth(n).locator(".row").evaluateAll((all) => all.map((row) => row.id));
  const second = await rows(1);
  const other = await t.page({ user: page });
  await other.goto(`${app.url}/inbox`);
  await other.locator(".rows [data-item]").first().click();
  await other.waitForURL(/\/inbox\/\d+/);
  const closed = `row-${new URL(other.url()).pathname.split("/").at(-1)}`;
  await other.getByRole("button", { name: "Close", exact: true }).first().click();
  // A page that is closed while it goes to another one is not closed.
  await other.waitForURL((url) => !url.pathname.endsWith(closed.slice("row-".length)));
  await page.bringToFront();
  await t.until("the first list has it", async () => (await rows(0)).includes(closed));
  t.equal(await rows(1), second, "the second list keeps its own rows");
  await other.close();
}

/** The demo's people go on writing: what the title says is compared with what is so, not with what was. */
async function countsWhatIsUnread(t, app, page) {
  await page.goto(`${app.url}/people`);
  const said = async () => Number(/^\((\d+)/.exec(await page.title())?.[1] ?? 0);
  const isSo = () => page.evaluate(async () => Number(/\d+/.exec(await (await fetch("/inbox/unread")).text())?.[0] ?? 0));
  t.ok((await said()) > 0, "something is unread");
  const other = await t.page({ user: page });
  for (const _ of [1, 2, 3]) {
    await other.goto(`${app.url}/inbox`);
    await other.locator(".row.unread [data-item]").first().click();
    await other.waitForURL(/\/inbox\/\d+/);
  }
  await page.bringToFront();
  await t.until("the title follows", async () => (await said()) === (await isSo()));
  await other.close();
}
