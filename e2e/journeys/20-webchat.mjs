// A visitor of a shop's own site, on a phone, writes in the chat; the team answers; the answer appears by itself.

import { once } from "node:events";
import http from "node:http";
import { firstRun } from "../lib/steps.mjs";

export default async function (t) {
  const app = await t.start();
  const shop = await shopSite();
  try {
    const desk = await t.page();
    await firstRun(app, desk);
    shop.script = await addChat(t, desk, app, shop.origin);
    const visitor = await t.page({ width: 375, height: 700, isMobile: true, hasTouch: true });
    await visitor.goto(shop.origin);
    const chat = await openChat(t, visitor, app);
    await isUsableByAll(t, visitor);
    await writesAndReloads(t, visitor, chat);
    await writesOffline(t, visitor, chat);
    await isAnswered(t, desk, visitor, chat, app);
    await isHeldOffElsewhere(t, shop, app);
  } finally {
    await shop.close();
  }
}

/** The shop's own page: another origin, whose only connection to us is the script tag that it pasted. */
async function shopSite() {
  const site = { script: "" };
  const server = http.createServer((_, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
      <title>Fuente &amp; Flor</title><h1>Fuente &amp; Flor</h1><p>Coffee, roasted on Thursdays.</p>${site.script}</html>`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  site.origin = `http://localhost:${port}`;
  site.close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return site;
}

/** Adds the channel as the owner does, and gives the line that the page says to paste. */
async function addChat(t, page, app, origin) {
  await page.goto(`${app.url}/channels/new/webchat`);
  await page.locator('[name="setting-name"]').fill("Fuente & Flor");
  await page.locator('[name="setting-allowed_origins"]').fill(origin);
  await page.getByRole("button", { name: "Connect" }).click();
  const line = page.locator("textarea.code-line");
  await line.waitFor();
  const script = await line.inputValue();
  t.match(script, /^<script async src="http:\/\/127\.0\.0\.1:\d+\/chat\/\d+\/widget\.js"><\/script>$/, "the line to paste");
  return script;
}

const launcher = (page) => page.getByRole("button", { name: /^Chat with us/ });

async function openChat(t, page, app) {
  await launcher(page).waitFor();
  t.equal(page.frames().length, 1, "nothing else is loaded before somebody asks for it");
  await launcher(page).click();
  const chat = page.frameLocator("iframe");
  await chat.getByText("Hello. What can we do for you?").waitFor();
  await page.waitForFunction(() => navigator.onLine);
  const cookies = await page.context().cookies([app.url, page.url()]);
  t.equal(cookies, [], "the chat sets no cookie");
  return chat;
}

async function write(chat, text) {
  await chat.getByLabel("Write a message").fill(text);
  await chat.getByRole("button", { name: "Send" }).click();
}

const said = (chat, text) => chat.locator("#log li", { hasText: text });

/** Waits until the server has a message. */
async function stored(chat, text) {
  await chat.locator('#log li[data-seq]:not(.greeting)', { hasText: text }).waitFor();
}

/** What stands in the frame, as a page of its own: axe-core does not look into a frame from elsewhere. */
async function isUsableByAll(t, visitor) {
  const alone = await visitor.context().newPage();
  await alone.goto(visitor.frames()[1].url());
  await alone.getByText("Hello. What can we do for you?").waitFor();
  await t.axe(alone);
  await alone.close();
}

async function writesAndReloads(t, page, chat) {
  await write(chat, "Do you have decaf? 🫘");
  await stored(chat, "Do you have decaf?");
  await t.picture("webchat-phone", page);
  await page.reload();
  // It was open before, so it is open again.
  await stored(chat, "Do you have decaf?");
  t.equal(await said(chat, "Do you have decaf?").count(), 1, "a reload keeps what was said, once");
}

async function writesOffline(t, page, chat) {
  await page.context().setOffline(true);
  await write(chat, "Written in a tunnel");
  await said(chat, "Written in a tunnel").waitFor();
  t.equal(await chat.locator("#log li[data-seq]", { hasText: "Written in a tunnel" }).count(), 0, "it has not left yet");
  await page.context().setOffline(false);
  await stored(chat, "Written in a tunnel");
  t.equal(await said(chat, "Written in a tunnel").count(), 1, "it is there once");
}

async function isAnswered(t, desk, visitor, chat, app) {
  await desk.goto(`${app.url}/inbox`);
  await desk.locator('a[href^="/inbox/"]', { hasText: "Written in a tunnel" }).first().click();
  await desk.getByLabel(/^Your answer to/).fill("Yes, two kinds: from Honduras and from Peru.");
  await desk.locator("form.composer button.primary").click();
  await t.sees(desk, "Yes, two kinds");
  t.equal(await said(chat, "Yes, two kinds").count(), 0, "for ten seconds it can be taken back");
  await t.until("the answer appears by itself", () => said(chat, "Yes, two kinds").count(), 25_000);
  t.match(await said(chat, "Yes, two kinds").innerText(), /Inés Robledo/, "it says who answers");
  await t.picture("webchat-answered", visitor);
  await visitor.reload();
  await said(chat, "Yes, two kinds").waitFor();
  t.equal(await chat.locator("#log li:not(.greeting):not(.note)").count(), 3, "everything once, after another reload too");
}

/** A site that is not listed shows no chat, though it pasted the line. */
async function isHeldOffElsewhere(t, shop, app) {
  const page = await t.page();
  await page.goto(shop.origin.replace("localhost", "127.0.0.1"));
  await launcher(page).click();
  const frame = await t.until("the frame", () => page.frames()[1]);
  await page.waitForTimeout(500);
  t.equal(await frame.getByText("What can we do for you?").count(), 0, "the browser refuses to show it there");
  t.ok(!frame.url().startsWith(app.url), "nothing of ours was shown");
  // The browser says on its console that the policy held; that is what this was for.
  t.forgive();
}
