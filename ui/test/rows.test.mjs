// Which rows of a live list are fetched alone, and where they then stand.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src/elements/rows.ts");
const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
const { Happened, MOST_ALONE, withRows } = await import(
  `data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`
);

const row = (id, at, html = `${id}`) => ({ id: `${id}`, place: `${at}.${id}`, html });
const ids = (rows) => rows.map((row) => row.id);

/** A list that was fetched once since it came. */
function fetchedOnce() {
  const happened = new Happened();
  assert.deepEqual(happened.take(0), [], "what happened while it was on its way is not known");
  return happened;
}

test("what happened to few rows is fetched alone, each of them once", () => {
  const happened = fetchedOnce();
  for (const id of ["7", "9", "7"]) happened.to(id);
  assert.deepEqual(happened.take(1), ["7", "9"]);
  happened.to("8");
  assert.deepEqual(happened.take(1), ["8"], "what was taken is told of no more");
});

test("now and then the whole list is fetched, for what is not told of a row", () => {
  const happened = fetchedOnce();
  happened.to("7");
  assert.deepEqual(happened.take(29_000), ["7"]);
  happened.to("7");
  assert.deepEqual(happened.take(31_000), []);
  happened.to("7");
  assert.deepEqual(happened.take(40_000), ["7"]);
});

test("what happened to many, or to more than rows, is fetched whole", () => {
  const happened = fetchedOnce();
  for (let id = 0; id <= MOST_ALONE; id += 1) happened.to(`${id}`);
  assert.deepEqual(happened.take(1), []);
  happened.to("7");
  happened.toMore();
  assert.deepEqual(happened.take(1), []);
  happened.to("7");
  assert.deepEqual(happened.take(1), ["7"]);
});

test("a row that changed moves to its place, the newest first", () => {
  const shown = [row(3, 300), row(2, 200), row(1, 100)];
  const after = withRows(shown, ["1"], [row(1, 400, "new words")]);
  assert.deepEqual(ids(after), ["1", "3", "2"]);
  assert.equal(after[0].html, "new words");
});

test("a row that does not come back stands in the list no more, and a new one comes in", () => {
  assert.deepEqual(ids(withRows([row(3, 300), row(2, 200)], ["3", "4"], [row(4, 250)])), ["4", "2"]);
});

test("of two at one moment the later number stands first", () => {
  assert.deepEqual(ids(withRows([row(10, 300), row(9, 300)], ["11"], [row(11, 300)])), ["11", "10", "9"]);
  const [first, second] = ["383000000000000001", "383000000000000002"];
  assert.deepEqual(ids(withRows([row(first, 300)], [second], [row(second, 300)])), [second, first], "long as ids are");
});

test("a list grows no longer than the server would give it", () => {
  const shown = Array.from({ length: 120 }, (_, n) => row(n + 1, 1000 - n));
  const after = withRows(shown, ["500"], [row(500, 2000)]);
  assert.equal(after.length, 120);
  assert.equal(after[0].id, "500");
});
