// Whom the composer says an answer goes to.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src/elements/addressee.ts");
const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022" });
const { saidOf } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

const mail = {
  addressee: "Bo Lind",
  to: "Bo Lind <bo@example.org>",
  label: "by e-mail to bo@example.org",
  plainLabel: "by e-mail",
  send: "Send to Bo Lind by e-mail",
  plainSend: "Send by e-mail",
};

test("the name stands there while the answer goes to whom it names", () => {
  assert.deepEqual(saidOf(mail, mail.to), { addressee: "Bo Lind", label: mail.label, send: mail.send });
});

test("whoever is written into the field is whom it says", () => {
  assert.deepEqual(saidOf(mail, "amina@example.org"), { addressee: "amina@example.org", label: "by e-mail", send: "Send by e-mail" });
  assert.equal(saidOf(mail, "").addressee, "nobody yet");
});

test("a chat has nobody else in it, whatever stands in the field of the mail", () => {
  const chat = { addressee: "Amina", label: "in the web chat", plainLabel: "in the web chat", send: "Send to Amina in the web chat", plainSend: "Send in the web chat" };
  assert.equal(saidOf(chat, "bo@example.org").addressee, "Amina");
  assert.equal(saidOf(chat, undefined).send, chat.send);
});
