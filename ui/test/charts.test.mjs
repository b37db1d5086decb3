// What a picture of Insights reads, and how large it is.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const entry = path.join(here, "../src/charts/data.ts");
const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
const { day, height, leadsTo, percent, reach, read, riverPoints, riverWords } = await import(
  `data:text/javascript;base64,${Buffer.from(built.outputFiles[0].text).toString("base64")}`
);

const mark = (value) => ({ name: "a", value, low: null, high: null, words: "", href: "" });

test("what cannot be read draws nothing", () => {
  for (const text of [undefined, "", "{", "3", '{"kind":"pie"}']) assert.equal(read(text), undefined);
  assert.equal(read('{"kind":"curve","label":"","lines":[]}')?.kind, "curve");
  assert.equal(read('{"kind":"opinions","label":"","groups":[]}')?.kind, "opinions");
});

test("the axis of an index reaches past parity and past the highest index", () => {
  assert.equal(reach([]), 2);
  assert.equal(reach([mark(0.2), mark(null)]), 2);
  assert.equal(reach([mark(3)]), 4);
});

test("a part is said in whole percent, and each mark has its line", () => {
  assert.equal(percent(0.126), "13 %");
  const of = (marks) => ({ kind: "shares", label: "", marks });
  assert.ok(height(of([mark(1), mark(1)])) > height(of([mark(1)])));
});

test("a layer of a river leads to its topic, where it is pointed at in that week", () => {
  const monday = Date.UTC(2026, 10, 16);
  const week = 7 * 24 * 3_600_000;
  const line = (name, href) => ({ name, points: [[monday, 1], [monday + week, 4]], href });
  const rest = "/insights/topics?days=90&language=en#rest";
  const river = { kind: "river", label: "", lines: [line("parking", "/insights/topics/7?days=90"), line("all other topics", rest)] };
  assert.equal(read(JSON.stringify(river))?.kind, "river");
  assert.equal(leadsTo(river, "parking"), "/insights/topics/7?days=90");
  assert.equal(leadsTo(river, "parking", Number.NaN), "/insights/topics/7?days=90");
  assert.equal(leadsTo(river, "parking", monday - 9 * week), "/insights/topics/7?from=2026-11-16&until=2026-11-22");
  assert.equal(leadsTo(river, "parking", monday + 0.6 * week), "/insights/topics/7?from=2026-11-23&until=2026-11-29");
  assert.equal(leadsTo(river, "all other topics", monday), "/insights/topics?language=en&from=2026-11-16&until=2026-11-22");
  assert.equal(leadsTo(river, "bins"), undefined);
  assert.equal(leadsTo({ kind: "shares", label: "", marks: [] }, "parking"), undefined);
  assert.equal(height(river), 320);
});

test("a line of a curve leads to those who wrote", () => {
  const curve = { kind: "curve", label: "", lines: [{ name: "E-mail", points: [[0, 0], [1, 1]], href: "/insights/people?channel=4" }] };
  assert.equal(leadsTo(curve, "E-mail"), "/insights/people?channel=4");
  assert.equal(leadsTo(curve, "if all wrote as much"), undefined);
});

test("whoever points at a layer of a river is told of that layer: the first points are one of each, in their order", () => {
  const monday = Date.UTC(2026, 10, 16);
  const week = 7 * 24 * 3_600_000;
  const line = (name, ...messages) => ({ name, points: messages.map((said, n) => [monday + n * week, said]) });
  const points = riverPoints([line("parking", 4, 5), line("library", 0, 7), line("bins", 2, 1)]);
  assert.deepEqual(points.map(([, , name]) => name), ["parking", "library", "bins", "parking", "library", "bins"]);
  assert.deepEqual(points.map(([, messages]) => messages), [4, 0, 2, 5, 7, 1]);
  assert.equal(riverWords(points.slice(0, 3)), "Week of 16 Nov 2026\nparking: 4\nbins: 2");
  assert.equal(riverWords([]), "");
  assert.deepEqual(riverPoints([]), []);
});

test("a day of an axis is said as everywhere else, in UTC", () => {
  assert.equal(day(Date.UTC(2026, 10, 16)), "16 Nov");
  assert.equal(day(Date.UTC(2026, 8, 1, 23, 59)), "1 Sep");
});
