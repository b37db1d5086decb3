// An owner has a program of theirs told what happens: adds it, tries it out, sees in the log why it failed once, has it
// told again; and a monitor tells it what it found.

import { createHmac } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { signIn, untilFound } from "../lib/steps.mjs";

export const timeout = 150_000;

/** A program that takes what it is told, or fails as it is bidden. */
async function program() {
  const told = [];
  const how = { status: 204, answer: "" };
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    told.push({ headers: request.headers, body });
    response.writeHead(how.status, { "content-type": "text/plain" });
    response.end(how.answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { told, how, server, url: `http://127.0.0.1:${server.address().port}/hooks` };
}

function isSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const expected = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return headers["webhook-signature"].split(" ").includes(expected);
}

export default async function (t) {
  const app = await t.start({ demo: true, patience: 60_000, env: { TERTULIA_ALLOW_PRIVATE_HOSTS: "127.0.0.1" } });
  const page = await t.page({ width: 1280, height: 860 });
  const shop = await program();
  try {
    await signIn(app, page);
    const secret = await addsIt(t, app, page, shop);
    await triesItOut(t, page, shop, secret);
    await seesWhyItFailed(t, page, shop);
    await tellsItAgain(t, page, shop, secret);
    await isToldByAMonitor(t, app, page, shop);
    await looksRight(t, app, page);
  } finally {
    shop.server.closeAllConnections();
    shop.server.close();
  }
}

async function addsIt(t, app, page, shop) {
  await page.goto(`${app.url}/settings`);
  await page.locator('a[href="/settings/webhooks"]', { hasText: "Add one" }).click();
  await t.axe(page);
  await page.getByRole("link", { name: "Add a program" }).click();
  await page.getByLabel("Its address").fill("http://10.0.0.1/hooks");
  await page.getByLabel("What you call it").fill("Web shop");
  await page.getByRole("checkbox", { name: /A monitor found something/ }).check();
  await page.getByRole("button", { name: "Add it" }).click();
  await page.locator(".error-text", { hasText: "private address" }).waitFor();
  t.equal(await page.getByLabel("What you call it").inputValue(), "Web shop", "what was typed is still there");
  await t.axe(page);
  await page.getByLabel("Its address").fill(shop.url);
  await page.getByRole("button", { name: "Add it" }).click();
  const secret = await page.getByLabel("The secret").inputValue();
  t.ok(/^whsec_[A-Za-z0-9+/]{43}=$/.test(secret), "the secret is shown");
  await t.axe(page);
  await page.getByRole("link", { name: "Go on" }).click();
  await page.getByText("Nothing yet. Send a test").waitFor();
  return secret;
}

/** What comes of it appears by itself. */
async function triesItOut(t, page, shop, secret) {
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.locator("td", { hasText: "taken" }).waitFor();
  t.equal(shop.told.length, 1);
  t.equal(JSON.parse(shop.told[0].body).type, "endpoint.tested");
  t.ok(isSigned(shop.told[0], secret), "and is signed with the secret that was shown");
}

async function seesWhyItFailed(t, page, shop) {
  Object.assign(shop.how, { status: 500, answer: "The till is <closed>." });
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.locator("td", { hasText: "It answered 500." }).waitFor();
  await page.getByRole("link", { name: "Failed", exact: true }).click();
  t.equal(await page.locator("tbody tr").count(), 1);
  await page.getByRole("link", { name: "A test", exact: true }).click();
  await page.getByText("The till is <closed>.").waitFor();
  await t.axe(page);
  await t.picture("webhook-call", page);
}

async function tellsItAgain(t, page, shop, secret) {
  Object.assign(shop.how, { status: 200, answer: "ok" });
  await page.getByRole("button", { name: "Tell it again" }).click();
  await page.getByText("It is told once more, under the same id.").waitFor();
  await t.until("both are taken", async () => (await page.locator("td", { hasText: "taken" }).count()) === 2);
  const ids = shop.told.map((told) => told.headers["webhook-id"]);
  t.ok(ids.length === 3 && ids[1] === ids[2] && ids[0] !== ids[1], `told under the same id: ${ids}`);
  t.ok(shop.told.every((told) => isSigned(told, secret)), "and signed anew");
}

async function isToldByAMonitor(t, app, page, shop) {
  await page.goto(`${app.url}/listen/monitors/new`);
  await page.getByLabel("What to look for").fill("a* OR e* OR d* OR m* OR n* OR k*");
  await page.getByLabel("What to call it").fill("Anything");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Anything" }).waitFor();
  // The page is loaded anew once the past was looked at.
  await untilFound(page);
  await page.getByText("Tell other programs what it finds").click();
  await page.getByLabel("How often").selectOption("soon");
  await page.getByLabel("Not from").selectOption("0");
  await page.locator("#field-programs_quiet_until").selectOption("0");
  await page.locator("form[action$='/programs']").getByRole("button", { name: "Save" }).click();
  await page.getByText("Programs that want to know are told").waitFor();
  await t.axe(page);
  const matched = () => shop.told.map((told) => JSON.parse(told.body)).find((event) => event.type === "monitor.matched");
  await t.until("the program is told", async () => matched() !== undefined, 60_000);
  const { data } = matched();
  t.ok(data.message_ids.length > 0 && data.links.page.endsWith(`/listen/monitors/${data.monitor_id}`), JSON.stringify(data));
  t.ok(Object.keys(data).every((name) => !["text", "words", "name"].includes(name)), "ids and links alone");
}

async function looksRight(t, app, page) {
  await page.goto(`${app.url}/settings/webhooks`);
  await t.axe(page);
  await t.picture("webhooks", page);
  const href = await page.getByRole("link", { name: /^Log and settings/ }).getAttribute("href");
  const views = [
    ["desktop-light", { width: 1280, height: 860 }],
    ["desktop-dark", { width: 1280, height: 860, dark: true }],
    ["phone-light", { width: 375, height: 740 }],
    ["phone-dark", { width: 375, height: 740, dark: true }],
  ];
  for (const [name, how] of views) {
    const other = await t.page({ ...how, as: page });
    await other.goto(`${app.url}${href}`);
    await other.locator("td", { hasText: "taken" }).first().waitFor();
    const [wide, seen] = await other.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    t.ok(wide <= seen, `nothing is wider than the screen (${name}): ${wide} > ${seen}`);
    await t.axe(other);
    await t.picture(`webhook-${name}`, other);
    await other.goto(`${app.url}/settings/webhooks/new`);
    await t.axe(other);
    await t.picture(`webhook-form-${name}`, other);
    await other.context().close();
  }
}
