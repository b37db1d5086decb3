// What the composer counts is what the program counts: the cases are those of its own tests.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const entry = path.join(here, "../src/elements/counting.ts");
const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
const { lengthOf, countWords, spokenCount } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].text).toString("base64")}`);
const cases = JSON.parse(readFileSync(path.join(here, "../../crates/model/src/counting.json"), "utf8"));

test("each channel is counted as the program counts it", () => {
  assert.ok(cases.length > 20);
  for (const { text, times = 1, ...expected } of cases) {
    const whole = text.repeat(times);
    const counted = Object.fromEntries(Object.keys(expected).map((counts) => [counts, lengthOf(whole, counts)]));
    assert.deepEqual(counted, expected, JSON.stringify(text));
  }
});

test("parts are said once there are two, and characters once the end is near", () => {
  assert.deepEqual(countWords("Yes.", "sms_parts", 10), { words: "", over: false });
  assert.deepEqual(countWords("a".repeat(161), "sms_parts", 10), { words: "2 parts", over: false });
  assert.deepEqual(countWords("a".repeat(161), "sms_parts", 1), { words: "2 parts, 1 too many for this channel", over: true });
  assert.equal(countWords("a".repeat(100), "characters", 500).words, "");
  assert.equal(countWords("a".repeat(450), "characters", 500).words, "50 characters left");
  assert.deepEqual(countWords("👩‍👩‍👧‍👦".repeat(301), "graphemes", 300), { words: "1 character too many for this channel", over: true });
  assert.equal(spokenCount("a".repeat(450), "characters", 500), "Fewer than 100 characters left");
  assert.equal(spokenCount("a".repeat(161), "sms_parts", 10), "2 parts");
});
