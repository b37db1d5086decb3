// Which key was meant, whatever letters the keyboard has.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src/elements/keys.ts");
const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
const { namedKey } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

const pressed = (key, code, shiftKey = false) => namedKey({ key, code, shiftKey });

test("a key is what it writes, wherever it has its place", () => {
  assert.equal(pressed("a", "KeyQ"), "a", "French");
  assert.equal(pressed("j", "KeyC"), "j", "Dvorak");
  assert.equal(pressed("U", "KeyU", true), "U");
  assert.equal(pressed("?", "Digit7", true), "?", "Russian");
  assert.equal(pressed("ñ", "Semicolon"), "ñ");
  assert.equal(pressed("ı", "KeyI"), "ı", "Turkish has an i of its own");
});

test("a keyboard without Latin letters is read by places", () => {
  assert.equal(pressed("о", "KeyJ"), "j", "Russian");
  assert.equal(pressed("Г", "KeyU", true), "U");
  assert.equal(pressed("ρ", "KeyR"), "r", "Greek");
  assert.equal(pressed("ق", "KeyR"), "r", "Arabic");
  assert.equal(pressed("؟", "Slash", true), "?");
  assert.equal(pressed("ظ", "Slash"), "/");
  assert.equal(pressed("ж", "Semicolon"), "ж", "where no letter of ours stands, nothing is meant");
});

test("keys that write nothing keep their names", () => {
  for (const key of ["Escape", "ArrowDown", "Dead", "Process"]) assert.equal(pressed(key, "KeyJ"), key);
});
