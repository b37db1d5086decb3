// The chat's parts that need no browser: `node --test ui/test/`.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const widget = path.join(path.dirname(fileURLToPath(import.meta.url)), "../src/widget");

const NAMES = ["linkify", "sse", "stream", "outbox", "storage", "../backoff", "../names", "strings", "session"];

/** One bundle of all of them, so that what two of them share is one thing. */
async function load() {
  const contents = NAMES.map((name) => `export * from "./${name}.ts";`).join("\n");
  const built = await esbuild.build({
    stdin: { contents, resolveDir: widget },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  return import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);
}

const { pieces, SseParser, isLater, Outbox, Keep, Backoff, languageFor, Refused, Sessions, randomUuid } = await load();

test("the script that sites paste stays under 4 KB", async () => {
  const entryPoints = [path.join(widget, "loader.ts")];
  const built = await esbuild.build({ entryPoints, bundle: true, minify: true, write: false, format: "iife", target: "es2022" });
  assert.ok(built.outputFiles[0].contents.length < 4096, `${built.outputFiles[0].contents.length} bytes`);
});

test("an address becomes a link and ends where the sentence does", () => {
  const links = (text) => pieces(text).filter((piece) => piece.link).map((piece) => piece.text);
  assert.deepEqual(links("See https://example.org/a_(b). Or (http://example.org/x)!"), [
    "https://example.org/a_(b)",
    "http://example.org/x",
  ]);
  assert.deepEqual(links("「https://example.org/道」を見て"), ["https://example.org/道"]);
  assert.deepEqual(links("https://example.org/?q=1&r=2#top, https://example.org"), [
    "https://example.org/?q=1&r=2#top",
    "https://example.org",
  ]);
});

test("what could mislead or run is left as text", () => {
  for (const text of [
    "javascript:alert(1)",
    "data:text/html,<script>",
    "https://bank.example@evil.example/",
    "https://user:secret@example.org",
    "https://",
    "http://[",
    "xhttps//example.org",
    "mailto:a@example.org",
  ]) {
    assert.deepEqual(pieces(text).filter((piece) => piece.link), [], text);
  }
});

test("the pieces are the text again, whatever it holds", () => {
  for (const text of ["", "a", "https://a.example", "x https://a.example. y http://b.example\u202e!", "<b>&amp;</b>\n\n"]) {
    assert.equal(pieces(text).map((piece) => piece.text).join(""), text);
  }
});

const STREAM = ': hi\n\nid: 12\nevent: message\ndata: {"a":\ndata: 1}\n\r\nevent: ready\r\ndata:x\r\n\r\ndata\n\nid: 13\n\nevent: lost\n\ndata: y\r\r';

test("an event stream means the same wherever the network cuts it", () => {
  const whole = new SseParser().push(`${STREAM}:`);
  assert.deepEqual(whole, [
    { event: "message", data: '{"a":\n1}', id: "12" },
    { event: "ready", data: "x", id: "12" },
    { event: "message", data: "", id: "12" },
    { event: "message", data: "y", id: "13" },
  ]);
  for (let cut = 0; cut <= STREAM.length; cut += 1) {
    const parser = new SseParser();
    const parts = [...parser.push(STREAM.slice(0, cut)), ...parser.push(`${STREAM.slice(cut)}:`)];
    assert.deepEqual(parts, whole, `cut at ${cut}`);
  }
});

test("the order at the server holds past what a number holds", () => {
  assert.ok(isLater("10", "9"));
  assert.ok(isLater("9007199254740993", "9007199254740992"));
  assert.ok(!isLater("9", "10") && !isLater("10", "10") && !isLater("0", "0"));
  assert.ok(isLater("1", ""));
});

/** A browser's storage, as far as it is used. */
function storage() {
  const kept = {};
  Object.defineProperties(kept, {
    getItem: { value: (name) => kept[name] ?? null },
    setItem: { value: (name, value) => (kept[name] = String(value)) },
    removeItem: { value: (name) => delete kept[name] },
  });
  return kept;
}

function outbox(kept, post, scope = "anonymous") {
  const told = [];
  const listener = {
    sent: (id) => told.push(["sent", id]),
    delayed: (id) => told.push(["delayed", id]),
    failed: (id) => told.push(["failed", id]),
  };
  let now = 1_000;
  const whose = typeof scope === "function" ? scope : () => scope;
  return { box: new Outbox(new Keep("/chat/7", kept), whose, post, listener, () => (now += 1)), told };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("messages go out in the order in which they were written, one at a time", async () => {
  const posted = [];
  let busy = 0;
  const { box, told } = outbox(storage(), async (_, body) => {
    assert.equal((busy += 1), 1);
    await settled();
    posted.push(body.text);
    busy -= 1;
  });
  for (const text of ["a", "b", "c"]) box.add(text);
  while (told.length < 3) await settled();
  assert.deepEqual(posted, ["a", "b", "c"]);
  assert.deepEqual(box.waiting(), []);
});

test("what did not go out is there after a reload, under the same id", async () => {
  const kept = storage();
  const away = outbox(kept, () => Promise.reject(new TypeError("no network")));
  const { id } = away.box.add("a");
  away.box.add("b");
  await settled();
  assert.deepEqual(away.told, [["delayed", id]]);
  const posted = [];
  const back = outbox(kept, async (_, body) => posted.push(body));
  await back.box.flush();
  assert.deepEqual(posted.map((body) => body.text), ["a", "b"]);
  assert.equal(posted[0].id, id);
  assert.ok(posted[0].at < posted[0].sent + 10);
  assert.deepEqual(back.box.waiting(), []);
});

test("a busy server is tried again and a refusal is not, nor does it hold up the rest", async () => {
  const posted = [];
  const { box, told } = outbox(storage(), async (_, { text }) => {
    posted.push(text);
    if (text === "wrong") throw new Refused(422, "no");
    if (text === "busy") throw new Refused(503, "later");
  });
  const wrong = box.add("wrong");
  const fine = box.add("fine");
  const busy = box.add("busy");
  await settled();
  assert.deepEqual(told, [["failed", wrong.id], ["sent", fine.id], ["delayed", busy.id]]);
  box.hurry();
  await settled();
  assert.deepEqual(posted, ["wrong", "fine", "busy", "busy"]);
  box.discard(wrong.id);
  assert.deepEqual(box.waiting().map((one) => one.text), ["busy"]);
  box.discard(busy.id);
});

test("one visitor's unsent words and address never go out as another's", async () => {
  const kept = storage();
  const first = outbox(kept, () => Promise.reject(new TypeError("no network")), "user:1");
  first.box.add("private");
  new Keep("/chat/7", kept).set("mail:user:1", "one@example.org");
  await settled();
  const posted = [];
  const second = outbox(kept, async (_, body) => posted.push(body), "user:2");
  second.box.add("hello");
  await settled();
  assert.deepEqual(posted.map(({ text, claimed_mail }) => [text, claimed_mail]), [["hello", undefined]]);
  first.box.discard(first.box.waiting()[0].id);
});

test("what is written before it is known who writes waits in the page, and then goes out once, as theirs", async () => {
  const kept = storage();
  const posted = [];
  let scope = null;
  const { box } = outbox(kept, async (_, body) => posted.push(body.text), () => scope);
  const { id } = box.add("a");
  box.add("b");
  await box.flush();
  assert.deepEqual([posted, Object.keys(kept)], [[], []]);
  assert.deepEqual(box.waiting().map((one) => one.text), ["a", "b"]);
  scope = "user:1";
  assert.equal(box.waiting()[0].id, id);
  assert.equal(Object.keys(kept).filter((name) => name.startsWith("tertulia:/chat/7:out:user:1:")).length, 2);
  await box.flush();
  await box.flush();
  assert.deepEqual([posted, Object.keys(kept), box.waiting()], [["a", "b"], [], []]);
});

test("whoever it is known to be meanwhile, what was sent does not stay behind", async () => {
  const kept = storage();
  let scope = "anonymous";
  const { box, told } = outbox(kept, async () => (scope = "user:1"), () => scope);
  const { id } = box.add("a");
  await settled();
  assert.deepEqual([told, Object.keys(kept)], [[["sent", id]], []]);
});

/** A server that answers with what `answer` makes of a path and its body; gives what it was asked. */
function server(t, answer) {
  const asked = [];
  t.mock.method(globalThis, "fetch", async (url, { body, headers }) => {
    asked.push([url, JSON.parse(body), headers.authorization]);
    const [status, said] = answer(url, JSON.parse(body), headers.authorization);
    return new Response(JSON.stringify(said), { status });
  });
  return asked;
}

test("nothing is asked of the server before the site has said who its user is", async (t) => {
  const kept = storage();
  const keep = new Keep("/chat/7", kept);
  keep.set("token", "v1.old");
  const asked = server(t, () => [200, { token: "v1.named", visitor: "user:1", named: true }]);
  const sessions = new Sessions("", keep);
  await assert.rejects(sessions.post("/messages", {}));
  assert.deepEqual([asked, sessions.scope, keep.get("token")], [[], null, "v1.old"]);
  sessions.begin("site.word");
  assert.equal(sessions.scope, null);
  await sessions.post("/messages", {});
  assert.deepEqual(asked, [
    ["/session", { identity: "site.word" }, undefined],
    ["/messages", {}, "Bearer v1.named"],
  ]);
  assert.deepEqual([sessions.scope, keep.get("token")], ["user:1", "v1.old"]);
  const unnamed = new Sessions("", keep);
  unnamed.begin(null);
  assert.equal(unnamed.scope, "anonymous");
});

test("who was not taken for the site's user is nobody else later on the same page", async (t) => {
  t.mock.method(console, "warn", () => undefined);
  let taken = false;
  const asked = server(t, (url, body, token) => {
    if (url !== "/session") return token === "Bearer v1.1" ? [401, {}] : [200, {}];
    if (body.identity) return taken ? [200, { token: "v1.named", visitor: "user:1", named: true }] : [422, {}];
    return [200, { token: taken ? "v1.2" : "v1.1", visitor: "a", named: false }];
  });
  const sessions = new Sessions("", new Keep("/chat/7", storage()));
  sessions.begin("site.word");
  await sessions.open();
  assert.equal(sessions.scope, "anonymous");
  taken = true;
  await sessions.post("/messages", {});
  assert.deepEqual([sessions.scope, asked.at(-1)], ["anonymous", ["/messages", {}, "Bearer v1.2"]]);
});

test("a browser that keeps nothing still has a chat while the page is open", async () => {
  const forbidden = {
    getItem: () => { throw new Error("SecurityError"); },
    setItem: () => { throw new Error("QuotaExceededError"); },
    removeItem: () => { throw new Error("SecurityError"); },
  };
  const { box } = outbox(forbidden, () => Promise.reject(new TypeError("no network")));
  const { id } = box.add("a");
  assert.deepEqual(box.waiting().map((one) => one.id), [id]);
  box.discard(id);
});

test("where an embedded page may store nothing, the site around it keeps what must outlast the page", () => {
  const site = new Map();
  const lend = (name, value) => (value === null ? site.delete(name) : site.set(name, value));
  const first = new Keep("/chat/7", null, lend);
  first.set("token", "v1.abc");
  first.set("out:anonymous:1", "unsent");
  first.remove("out:anonymous:1");
  assert.deepEqual([...site], [["token", "v1.abc"]]);
  const second = new Keep("/chat/7", null, lend);
  second.takeBack(Object.fromEntries(site));
  assert.equal(second.get("token"), "v1.abc");
  const stored = { getItem: () => "own", setItem: () => undefined, removeItem: () => undefined };
  const third = new Keep("/chat/7", stored, () => assert.fail("its own storage is enough"));
  third.takeBack(Object.fromEntries(site));
  third.set("token", "v1.def");
  assert.equal(third.get("token"), "own");
});

test("a spoilt entry in the storage is passed over", () => {
  const kept = storage();
  kept.setItem("tertulia:/chat/7:out:anonymous:x", "{");
  kept.setItem("tertulia:/chat/7:out:anonymous:y", '{"id":1}');
  kept.setItem("tertulia:/chat/8:out:anonymous:z", '{"id":"z","text":"z","at":1}');
  assert.deepEqual(outbox(kept, async () => undefined).box.waiting(), []);
});

test("waiting grows, to half a minute at most, and differs between visitors", () => {
  const backoff = new Backoff();
  const waits = Array.from({ length: 8 }, () => backoff.next(1));
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  backoff.reset();
  assert.equal(backoff.next(0), 500);
});

test("the chat speaks the first of the reader's languages that it knows", () => {
  assert.equal(languageFor(["fi", "de-AT", "en"]).tag, "de-AT");
  assert.equal(languageFor(["ar-EG"]).direction, "rtl");
  assert.equal(languageFor([]).code, "en");
  const words = Object.keys(languageFor(["en"]).strings).sort();
  for (const code of ["es", "de", "fr", "ar", "ja"]) {
    const { strings } = languageFor([code]);
    assert.deepEqual(Object.keys(strings).sort(), words, code);
    assert.match(strings.mailSaved("a@example.org"), /a@example\.org/, code);
    assert.notEqual(strings.left(-3), strings.left(3), code);
  }
});

test("a message has its name on plain http too, where a browser gives no UUIDs", async () => {
  const given = Object.getOwnPropertyDescriptor(Crypto.prototype, "randomUUID");
  Object.defineProperty(Crypto.prototype, "randomUUID", { value: undefined, configurable: true });
  try {
    const names = Array.from({ length: 50 }, randomUuid);
    for (const name of names) assert.match(name, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(new Set(names).size, 50);
    const posted = [];
    const keep = new Keep("7", null);
    const outbox = new Outbox(keep, () => "me", async (_, body) => posted.push(body), { sent() {}, delayed() {}, failed() {} });
    outbox.add("Hello");
    await new Promise((done) => setTimeout(done, 0));
    assert.equal(posted[0].text, "Hello");
  } finally {
    Object.defineProperty(Crypto.prototype, "randomUUID", given);
  }
});
