// When a live list is fetched: at once after a quiet time, together within a burst.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src/elements/burst.ts");
const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
const { Burst } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

const PAUSE = 80;

/** Work that takes `takes` milliseconds and notes when it began. */
function watched(takes = 0) {
  const begun = [];
  const first = performance.now();
  const burst = new Burst(async () => {
    begun.push(performance.now() - first);
    await sleep(takes);
  }, PAUSE);
  return { begun, burst };
}

test("what comes after a quiet time begins before anything else happens", async () => {
  const { begun, burst } = watched();
  burst.ask();
  assert.equal(begun.length, 1);
  await sleep(2 * PAUSE);
  burst.ask();
  assert.equal(begun.length, 2, "and so each time that it was quiet before");
});

test("what follows within a burst is done together, once the pause is over", async () => {
  const { begun, burst } = watched();
  for (let n = 0; n < 20; n += 1) burst.ask();
  assert.equal(begun.length, 1);
  await sleep(3 * PAUSE);
  assert.equal(begun.length, 2);
  assert.ok(begun[1] - begun[0] >= PAUSE - 5, `${begun[1] - begun[0]} ms apart`);
});

test("work that takes longer than the pause never runs beside itself and misses nothing", async () => {
  let running = 0;
  let most = 0;
  let asked = 0;
  let known = 0;
  const burst = new Burst(async () => {
    most = Math.max(most, (running += 1));
    const now = asked;
    await sleep(2 * PAUSE);
    running -= 1;
    known = now;
  }, PAUSE);
  for (; asked < 12; ) {
    asked += 1;
    burst.ask();
    await sleep(PAUSE / 4);
  }
  await sleep(15 * PAUSE);
  assert.equal(most, 1);
  assert.equal(known, 12, "the last thing asked for is known");
});

test("what takes long is done less often", async () => {
  const { begun, burst } = watched(PAUSE);
  burst.ask();
  for (let n = 0; n < 8; n += 1) {
    await sleep(PAUSE / 2);
    burst.ask();
  }
  assert.equal(begun.length, 1, "five times as long as it took");
  await sleep(4 * PAUSE);
  assert.equal(begun.length, 2);
  assert.ok(begun[1] - begun[0] >= 5 * PAUSE - 5, `${begun[1] - begun[0]} ms apart`);
});
