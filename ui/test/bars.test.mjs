// Which bar of a picture a key leads to.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const entry = path.join(here, "../src/elements/bars.ts");
const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
const { barAt } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].text).toString("base64")}`);

test("arrows go from bar to bar and stop at the ends", () => {
  assert.equal(barAt("ArrowRight", 3, 5), 4);
  assert.equal(barAt("ArrowRight", 4, 5), 4);
  assert.equal(barAt("ArrowLeft", 0, 5), 0);
  assert.equal(barAt("Home", 3, 5), 0);
  assert.equal(barAt("End", 0, 5), 4);
  assert.equal(barAt("Enter", 2, 5), undefined);
});
