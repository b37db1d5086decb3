// Which colleagues are offered for what is typed after an @.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src/elements/naming.ts");
const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
const { asked, fitting, offers } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

test("a name is asked for after an @ that begins a word, up to the caret", () => {
  assert.deepEqual(asked("ask @an", 7), { at: 4, letters: "an" });
  assert.deepEqual(asked("@", 1), { at: 0, letters: "" });
  assert.deepEqual(asked("@Ana Ma later", 7), { at: 0, letters: "Ana Ma" });
  assert.equal(asked("mail ana@shop", 13), undefined);
  assert.equal(asked("@ ana", 5), undefined);
  assert.equal(asked("@ana\nand", 8), undefined);
  assert.equal(asked("nothing", 7), undefined);
});

test("names are found by how they begin, without their accents and in any script", () => {
  const names = ["Ana María", "Bo", "نور الهدى", "Ümit Ana"];
  assert.deepEqual(fitting(names, "ana"), ["Ana María", "Ümit Ana"]);
  assert.deepEqual(fitting(names, "maria"), ["Ana María"]);
  assert.deepEqual(fitting(names, "نور"), ["نور الهدى"]);
  assert.deepEqual(fitting(names, "um"), ["Ümit Ana"]);
  assert.deepEqual(fitting(names, "x"), []);
});

test("a name that stands there whole is offered no longer one, until more of that is typed", () => {
  const names = ["Ana", "Ana María"];
  assert.deepEqual(offers(names, "an"), names);
  assert.deepEqual(offers(names, "Ana"), []);
  assert.deepEqual(offers(names, "Ana "), [], "the space that a chosen name brings");
  assert.deepEqual(offers(names, "Ana M"), ["Ana María"]);
});
