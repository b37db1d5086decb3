// Whose words the browser keeps when the network is gone. The element runs in a page of which only this much is there.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src/elements/composer.ts");

const stored = new Map();
const comesOnline = [];
let Composer;
let online = false;

Object.assign(globalThis, {
  HTMLElement: class {
    dataset = {};
    addEventListener() {}
  },
  DataTransfer: class {},
  FormData: class {
    get() {
      return null;
    }
  },
  CSS: { supports: () => true },
  document: { querySelector: () => null },
  customElements: { define: (_name, element) => (Composer = element) },
  addEventListener: (name, heard) => name === "online" && comesOnline.push(heard),
  fetch: async () => {
    if (!online) throw new TypeError("the network is gone");
    return { ok: true };
  },
});
Object.defineProperty(globalThis, "localStorage", {
  value: {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, value),
    removeItem: (key) => stored.delete(key),
  },
});

const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

/** Opens a page with the composer of one member, who has written nothing that the server knows of. */
function opened(key) {
  const composer = new Composer();
  const text = { value: "", style: {} };
  const form = { addEventListener() {} };
  composer.querySelector = (which) => (which === "form" ? form : which.startsWith("textarea") ? text : null);
  Object.assign(composer.dataset, { key, draftUrl: "/inbox/7/draft" });
  composer.connectedCallback();
  return text;
}

/** The composers that are open try to save what they hold. */
async function save() {
  comesOnline.splice(0).forEach((tried) => tried());
  await sleep(0);
}

test("words kept without a network come back to who wrote them and to nobody else", async () => {
  opened("1-7").value = "Amina, your order";
  await save();
  assert.equal(opened("2-7").value, "", "the next member in the same browser");
  assert.equal(opened("1-8").value, "", "another conversation");
  comesOnline.length = 0;
  const again = opened("1-7");
  assert.equal(again.value, "Amina, your order");
  online = true;
  await save();
  assert.equal(stored.size, 0, "the server has them now");
});
