// What is kept of a field with no draft of its own.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src/elements/kept.ts");
const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
const { keepTyped, worthKeeping } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

test("what was typed is kept, and not what the page brings again", () => {
  assert.equal(worthKeeping("begun", "", false), "begun");
  assert.equal(worthKeeping(" \n", "", false), undefined);
  assert.equal(worthKeeping("as it stood", "as it stood", false), undefined);
  assert.equal(worthKeeping("too long", "too long", true), "too long", "it came back with a mistake");
});

/** A page with one field, as far as it is asked for. */
function page(store, action, value = "") {
  const at = new Map();
  globalThis.sessionStorage = { getItem: (name) => store.get(name) ?? null, setItem: (name, text) => store.set(name, text), removeItem: (name) => store.delete(name) };
  globalThis.location = { href: "https://shop.example/inbox/7" };
  globalThis.addEventListener = (name, act) => at.set(name, act);
  const form = { action, addEventListener: (name, act) => at.set(name, act) };
  const field = { form, value, defaultValue: value, hasAttribute: () => false };
  const isGiven = keepTyped(field, undefined);
  return { field, isGiven, does: (name) => at.get(name)() };
}

test("words come back on the next page beside any list, until they were sent", () => {
  const store = new Map();
  const first = page(store, "https://shop.example/inbox/7/notes?state=closed");
  assert.equal(first.isGiven, false);
  first.field.value = "She pays in cash";
  first.does("pagehide");
  const other = page(store, "https://shop.example/inbox/8/notes");
  assert.equal(other.field.value, "");
  const next = page(store, "https://shop.example/inbox/7/notes");
  assert.deepEqual([next.isGiven, next.field.value], [true, "She pays in cash"]);
  next.does("submit");
  next.does("pagehide");
  assert.equal(page(store, "https://shop.example/inbox/7/notes").isGiven, false);
});
