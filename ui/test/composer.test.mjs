// What is written on a page that loses its network, its session or its power; and what other devices write meanwhile.
import assert from "node:assert/strict";
import path from "node:path";
import test, { beforeEach } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const elements = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src/elements");
const contents = 'export * from "./draft.ts"; export * from "./files.ts";';
const built = await esbuild.build({ stdin: { contents, resolveDir: elements }, bundle: true, write: false, format: "esm", target: "es2022" });

/** This browser's own storage. */
const storage = {
  getItem: (key) => (Object.hasOwn(storage, key) ? storage[key] : null),
  setItem: (key, value) => (storage[key] = value),
  removeItem: (key) => delete storage[key],
};
for (const name of Object.keys(storage)) Object.defineProperty(storage, name, { enumerable: false });
Object.defineProperty(globalThis, "localStorage", { value: storage });
globalThis.document = { querySelector: () => null };

/** The server as far as a draft meets it; `answers` says how it is doing. */
const server = { text: "", version: "", answers: "well", posts: [] };
globalThis.fetch = async (_url, { body, signal }) => {
  if (server.answers === "slowly") await sleep(30);
  if (signal?.aborted) throw new DOMException("aborted", "AbortError");
  if (server.answers === "not at all") throw new TypeError("the network is gone");
  if (typeof server.answers === "number") return { ok: false, status: server.answers };
  const form = Object.fromEntries(body);
  server.posts.push(form);
  const isKnown = form.base.split(" ").includes(server.version) || form.text.includes(server.text);
  if (!isKnown) return { ok: false, status: 409, json: async () => ({ version: server.version, text: server.text }) };
  Object.assign(server, { text: form.text, version: form.version });
  return { ok: true, status: 204 };
};

const { Draft, Files } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

let pages = 0;

/** Opens a page on a draft, as the server draws it now. */
function open({ name = "1-7", taken = [], other } = {}) {
  const page = { fields: { text: server.text, to: "amina@example.org" }, key: `k${(pages += 1)}`, base: server.version, said: "", offers: [] };
  Object.assign(page, {
    words: () => ({ ...page.fields }),
    fill: (words) => Object.assign(page.fields, words),
    say: (words) => (page.said = words),
    offer: (text, decide) => page.offers.push({ text, decide }),
  });
  page.draft = new Draft(page, "/inbox/7/draft", name);
  page.draft.begin(taken, other);
  page.write = (text, more = {}) => {
    Object.assign(page.fields, { text, ...more });
    page.draft.changed();
  };
  return page;
}

beforeEach(() => {
  for (const key of Object.keys(storage)) delete storage[key];
  Object.assign(server, { text: "", version: "", answers: "well", posts: [] });
});

test("words kept without a network come back to who wrote them and to nobody else", async () => {
  server.answers = "not at all";
  const page = open();
  page.write("Amina, your order", { cc: "bo@example.org" });
  await page.draft.save();
  page.draft.stop();
  assert.equal(open({ name: "2-7" }).fields.text, "", "the next member in the same browser");
  assert.equal(open({ name: "1-8" }).fields.text, "", "another conversation");
  const again = open();
  assert.deepEqual([again.fields.text, again.fields.cc], ["Amina, your order", "bo@example.org"]);
  server.answers = "well";
  await again.draft.save();
  assert.equal(server.text, "Amina, your order");
  assert.deepEqual(Object.keys(storage), [], "the server has them now");
});

test("what was sent without an answer is there again, until a page says that it was taken", () => {
  const page = open();
  page.write("At nine.");
  page.draft.submitted(false);
  page.draft.leave();
  const again = open();
  assert.deepEqual([again.fields.text, again.key], ["At nine.", page.key], "and sent twice it is one reply");
  again.draft.stop();
  const after = open({ taken: ["other", page.key] });
  assert.equal(after.fields.text, "");
  assert.equal(open().fields.text, "", "it is forgotten");
  const elsewhere = open();
  elsewhere.write("Sent and closed.");
  elsewhere.draft.submitted(false);
  open({ name: "1-9", taken: [elsewhere.key] });
  assert.equal(open().fields.text, "", "whichever page says so");
});

test("what was thrown away does not come back", () => {
  const page = open();
  server.answers = 503;
  page.write("No.");
  page.draft.leave();
  page.draft.submitted(true);
  page.draft.leave();
  assert.equal(open().fields.text, "");
});

test("newer words of this device take the place of the older draft on the server", async () => {
  Object.assign(server, { text: "Dear Amina", version: "v1" });
  const page = open();
  server.answers = "not at all";
  page.write("Amina!");
  await page.draft.save();
  page.draft.stop();
  server.answers = "well";
  const again = open();
  assert.equal(again.fields.text, "Amina!");
  await again.draft.save();
  assert.equal(server.text, "Amina!");
});

test("words of this device and newer ones of another are both there", async () => {
  Object.assign(server, { text: "Dear Amina", version: "v1" });
  const page = open();
  server.answers = "not at all";
  page.write("Written on the train");
  await page.draft.save();
  page.draft.stop();
  Object.assign(server, { text: "Written at the desk", version: "v2", answers: "well" });
  const again = open();
  assert.equal(again.fields.text, "Written at the desk");
  assert.equal(again.offers[0].text, "Written on the train");
  open().draft.stop();
  assert.equal(open().offers.length, 1, "as long as nothing is decided");
  again.offers[0].decide(true);
  await again.draft.save();
  assert.equal(server.text, "Written at the desk\n\nWritten on the train");
  assert.deepEqual(Object.keys(storage), []);
});

test("a page that nobody touched saves nothing, whatever the network does", async () => {
  Object.assign(server, { text: "Dear", version: "v1" });
  const page = open();
  Object.assign(server, { text: "Dear Amina, at nine.", version: "v2" });
  page.draft.hurry();
  page.draft.leave();
  await sleep(0);
  assert.deepEqual([server.text, server.posts.length], ["Dear Amina, at nine.", 0]);
});

test("a page that is behind asks before it saves over another", async () => {
  Object.assign(server, { text: "Dear", version: "v1" });
  const page = open();
  Object.assign(server, { text: "Written on the phone", version: "phone" });
  page.write("Dear Amina");
  await page.draft.save();
  assert.equal(server.text, "Written on the phone");
  assert.equal(page.offers[0].text, "Written on the phone");
  page.write("Dear Amina, hello");
  await page.draft.save();
  assert.equal(server.text, "Written on the phone", "until it is decided");
  page.offers[0].decide(false);
  await page.draft.save();
  assert.equal(server.text, "Dear Amina, hello");
});

test("an answer that was lost is no other device", async () => {
  const page = open();
  page.write("Dear");
  await page.draft.save();
  page.write("Dear Amina");
  server.answers = "slowly";
  const first = page.draft.save();
  page.write("Dea");
  server.answers = "well";
  await page.draft.save();
  await first;
  page.write("D");
  await page.draft.save();
  assert.deepEqual([server.text, page.offers.length], ["D", 0]);
});

test("a save on its way ends when the form goes out", async () => {
  server.answers = "slowly";
  const page = open();
  page.write("At nine");
  const saving = page.draft.save();
  page.draft.submitted(false);
  await saving;
  assert.equal(server.posts.length, 0);
  assert.ok(Object.keys(storage).length === 1, "what was sent is kept until it is known to be taken");
});

test("it tries again by itself, and says what stands where", async () => {
  server.answers = 503;
  const page = open();
  page.write("At nine.");
  await page.draft.save();
  assert.match(page.said, /kept on this device/);
  server.answers = "well";
  for (let waited = 0; server.text === "" && waited < 3000; waited += 50) await sleep(50);
  assert.deepEqual([server.text, page.said], ["At nine.", "Draft kept."]);
  server.answers = 401;
  page.write("At ten.");
  await page.draft.save();
  page.draft.stop();
  assert.match(page.said, /Load the page again/);
  server.answers = "well";
  assert.equal(open().fields.text, "At ten.");
});

test("each file is brought once, one after the other, and what fails goes with the form", async () => {
  const brought = [];
  const files = new Files(
    async (file) => {
      await sleep(5);
      brought.push(file);
      if (file === "lost") throw new TypeError("the network is gone");
      return file !== "refused";
    },
    () => undefined,
  );
  for (const file of ["one", "refused", "lost"]) files.add(file);
  await sleep(7);
  files.add("late");
  assert.deepEqual([files.uploading.includes("late"), files.inForm], [true, []]);
  await files.settled();
  assert.deepEqual([brought, files.inForm, files.uploading], [["one", "refused", "lost", "late"], ["refused", "lost"], []]);
});
