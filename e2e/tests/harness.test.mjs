// The harness, tried on a stand-in for the program.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findChromium } from "../lib/browser.mjs";
import { findJourneys, runJourneys } from "../lib/runner.mjs";
import { Server } from "../lib/server.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const binary = path.join(here, "fake-server.mjs");
const chromium = findChromium();
const withBrowser = { skip: chromium ? false : "Chromium not installed" };

async function journey(t, code) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "tertulia-harness-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, "it.mjs"), code);
  const lines = [];
  const options = { journeys: findJourneys(folder), chromium, binary, pictures: folder, print: (line) => lines.push(line) };
  return { ...(await runJourneys(options)), said: lines.join("\n"), folder };
}

test("a server is ready when start returns, and is gone with its folder after stop", async () => {
  const server = await Server.start(binary, { env: { GREETING: "hello" } });
  const text = await (await fetch(`${server.url}/welcome`)).text();
  assert.match(text, /Started as serve hello/);
  await server.stop();
  assert.equal(existsSync(server.dir), false);
  await assert.rejects(fetch(`${server.url}/welcome`));
});

test("a server that crashed comes back on the same address", async () => {
  const server = await Server.start(binary, { demo: true });
  await server.crash();
  await assert.rejects(fetch(`${server.url}/healthz`));
  assert.ok(existsSync(server.dir), "its folder stays for the restart");
  await server.restart();
  assert.match(await (await fetch(`${server.url}/welcome`)).text(), /Started as demo/);
  assert.ok(existsSync(server.dir));
  await server.stop();
});

test("a server that refuses to start is named with what it said", async () => {
  await assert.rejects(Server.start(binary, { env: { REFUSE: "1" } }), /ended before it was ready[^]*refuses to start/);
});

test("a harness that is killed takes its server along", async () => {
  const code = `import { Server } from ${JSON.stringify(pathToFileURL(path.join(here, "../lib/server.mjs")).href)};
    const server = await Server.start(${JSON.stringify(binary)});
    console.log(JSON.stringify({ url: server.url, dir: server.dir }));
    setInterval(() => {}, 1000);`;
  const harness = spawn(process.execPath, ["--input-type=module", "--eval", code], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(harness.stdout, "data");
  const { url, dir } = JSON.parse(line);
  assert.ok((await fetch(`${url}/healthz`)).ok);
  harness.kill("SIGKILL");
  const answers = () => fetch(`${url}/healthz`).then(() => true, () => false);
  for (let tries = 0; tries < 100 && ((await answers()) || existsSync(dir)); tries += 1) await sleep(50);
  assert.equal(await answers(), false);
  assert.equal(existsSync(dir), false);
});

test("without a browser the journeys are skipped by name, and a build machine fails", async () => {
  const run = async (variables) => {
    const env = { ...process.env, CI: "", TERTULIA_CHROMIUM: path.join(here, "no-such-browser"), ...variables };
    const child = spawn(process.execPath, [path.join(here, "../run.mjs"), "00-health"], { env });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
    const [code] = await once(child, "close");
    return { code, said };
  };
  const elsewhere = await run({});
  assert.equal(elsewhere.code, 0, elsewhere.said);
  assert.match(elsewhere.said, /^skipped 00-health: Chromium not installed \(install: apt-get install chromium\)\n0 passed, 0 failed\n$/);
  const building = await run({ CI: "true" });
  assert.equal(building.code, 1);
  assert.match(building.said, /Chromium is missing/);
});

test("the health journey passes, by the browser, under a strict policy", withBrowser, async () => {
  const journeys = findJourneys(path.join(here, "../journeys"), ["00-health"]);
  const said = [];
  const counts = await runJourneys({ journeys, chromium, binary, pictures: here, print: (line) => said.push(line) });
  assert.deepEqual(counts, { passed: 1, failed: 0 }, said.join("\n"));
  assert.match(said[0], /^ok 00-health /);
  assert.equal(said.at(-1), "1 passed, 0 failed");
});

test("a page that some can't use fails its journey and is named", withBrowser, async (t) => {
  const { failed, said } = await journey(t, `export default async (t) => {
    const app = await t.start();
    const page = await t.page({ dark: true });
    await page.goto(app.url + "/hard");
    await t.axe(page);
  }`);
  assert.equal(failed, 1, said);
  assert.match(said, /not ok it[^]*image-alt/);
});

test("a script that fails on a page fails the journey, unless it is forgiven", withBrowser, async (t) => {
  const visit = (rest) => `export default async (t) => {
    const app = await t.start();
    const page = await t.page();
    await page.goto(app.url + "/broken");
    await t.sees(page, "Broken");
    ${rest}
  }`;
  const strict = await journey(t, visit(""));
  assert.equal(strict.failed, 1);
  assert.match(strict.said, /a script failed on .*on purpose/);
  assert.equal((await journey(t, visit("t.forgive();"))).failed, 0);
});

test("a journey that hangs is ended, and what comes after still runs", withBrowser, async (t) => {
  const { failed, said } = await journey(t, "export const timeout = 300; export default () => new Promise(() => {});");
  assert.equal(failed, 1);
  assert.match(said, /not at its end after 0.3 s/);
  assert.match(said, /0 passed, 1 failed$/);
});

test("a picture is written, of the page opened last, on a phone too", withBrowser, async (t) => {
  const { failed, said, folder } = await journey(t, `export default async (t) => {
    const app = await t.start();
    const page = await t.page({ width: 390, height: 844 });
    await page.goto(app.url);
    t.equal(await page.evaluate(() => innerWidth), 390);
    await t.picture("phone");
  }`);
  assert.equal(failed, 0, said);
  assert.ok(existsSync(path.join(folder, "phone.png")));
});

test("a journey that can't be made here is skipped by name, and fails on a build machine", withBrowser, async (t) => {
  const code = `export default async (t) => t.skip("no mail servers (install: them)");`;
  const before = process.env.CI;
  t.after(() => (before === undefined ? delete process.env.CI : (process.env.CI = before)));
  process.env.CI = "";
  const elsewhere = await journey(t, code);
  assert.deepEqual([elsewhere.passed, elsewhere.failed], [0, 0]);
  assert.equal(elsewhere.said, "skipped it: no mail servers (install: them)\n0 passed, 0 failed");
  process.env.CI = "true";
  const building = await journey(t, code);
  assert.equal(building.failed, 1);
  assert.match(building.said, /not ok it[^]*no mail servers/);
});
