// What is said to those who listen when something comes.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src/elements/arrivals.ts");
const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
const { Arrivals, arrivalWords } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

test("what came is said in a few words", () => {
  assert.equal(arrivalWords(1, 0), "1 new message.");
  assert.equal(arrivalWords(3, 1), "3 new messages, 1 more unread conversation.");
  assert.equal(arrivalWords(0, 2), "2 more unread conversations.");
  assert.equal(arrivalWords(0, 0), "");
});

test("the first is said soon, and what follows together", async () => {
  const said = [];
  const arrivals = new Arrivals(0, (words) => said.push(words), 200, 20);
  arrivals.came(1);
  await sleep(100);
  assert.deepEqual(said, ["1 new message."]);
  for (let n = 0; n < 4; n += 1) arrivals.came(1);
  await sleep(50);
  assert.equal(said.length, 1, "nobody is interrupted again and again");
  await sleep(250);
  assert.deepEqual(said, ["1 new message.", "4 new messages."]);
});

test("what is read at once, or was read meanwhile, is no arrival", async () => {
  const said = [];
  const arrivals = new Arrivals(3, (words) => said.push(words), 60, 30);
  arrivals.unreadIs(4);
  arrivals.unreadIs(3);
  await sleep(150);
  arrivals.unreadIs(2);
  await sleep(150);
  assert.deepEqual(said, []);
  arrivals.unreadIs(3);
  await sleep(150);
  assert.deepEqual(said, ["1 more unread conversation."]);
});
