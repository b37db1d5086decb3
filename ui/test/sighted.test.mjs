// What the composer tells of what was on the screen.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src/elements/sighted.ts");
const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
const { isLookedFor, sights: all, told } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

const sights = (...all) => all.map(([id, shown]) => ({ id: BigInt(id), shown }));

test("where all was on the screen the newest is told, also what came since the page was drawn", () => {
  assert.deepEqual(told(sights([5, true], [9, true]), 7n), { seen: 9n, shown: [] });
  assert.deepEqual(told([], 7n), { seen: 7n, shown: [] });
});

test("what was missed is not told as seen, and what was shown after it is", () => {
  assert.deepEqual(told(sights([9, true], [5, false], [7, true]), 9n), { seen: 4n, shown: [9n, 7n] });
  assert.deepEqual(told(sights([5, true], [7, false], [9, false]), 9n), { seen: 6n, shown: [] });
});

test("what was answered or asked about is not looked for, nor what a page before this one showed", () => {
  const missed = new Set(["3"]);
  assert.equal(isLookedFor(5n, 4n, 0n, missed), true);
  assert.equal(isLookedFor(4n, 4n, 0n, missed), false);
  assert.equal(isLookedFor(3n, 4n, 0n, missed), true, "it was on a page of this tab, and not on its screen");
  assert.equal(isLookedFor(3n, 4n, 3n, missed), false, "it was asked about");
  assert.equal(isLookedFor(9n, 4n, 9n, missed), false);
});

test("what was on the screen is told as shown where an older one was missed on a page before", () => {
  const found = all([2n, 3n, 4n, 5n], 5n, 2n, new Set(["3"]), new Set());
  assert.deepEqual(told(found, 5n), { seen: 2n, shown: [4n, 5n] });
  assert.deepEqual(told(all([3n, 4n, 5n], 5n, 0n, new Set(["3"]), new Set(["3"])), 5n), { seen: 5n, shown: [] });
});
