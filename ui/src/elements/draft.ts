// A draft stands on the page, on the server and, as long as the server may not have it, in this browser. Each save is
// given a name (a version) and says which versions its page knows, so that none takes the place of words it never saw.
import { Backoff } from "../backoff.ts";
import { postForm } from "../http.ts";
import { randomName } from "../names.ts";

const PAUSE_MS = 700;
/** Versions that a page remembers; with fewer it only asks once too often. */
const MOST_KNOWN = 40;

/** The composer's fields by their names. */
export type Words = Record<string, string>;

/** What one page wrote and the server may not have. */
interface Waiting {
  key: string;
  base: string;
  words: Words;
  at: number;
}

/** The page that a draft is written on. */
export interface Desk {
  words(): Words;
  fill(words: Words): void;
  /** Names what is sent from here, once. */
  key: string;
  /** The versions that this page knows, with spaces between. */
  base: string;
  say(words: string): void;
  /** Shows what else was written here, until it is decided whether it is added. */
  offer(text: string, decide: (added: boolean) => void): void;
}

/** What this browser keeps of one draft, by the key of the page that wrote it. */
export class Shelf {
  readonly #prefix: string;

  constructor(draft: string) {
    this.#prefix = `draft:${draft}:`;
  }

  put(record: Waiting): void {
    // Full or forbidden: the page itself still holds it.
    attempt(() => localStorage.setItem(this.#prefix + record.key, JSON.stringify(record)));
  }

  drop(key: string): void {
    attempt(() => localStorage.removeItem(this.#prefix + key));
  }

  /** The newest first. */
  all(): Waiting[] {
    const names = attempt(() => Object.keys(localStorage)) ?? [];
    const found = names.filter((name) => name.startsWith(this.#prefix)).map(read);
    return found.filter((record) => record !== undefined).sort((a, b) => b.at - a.at);
  }

  /** The server has what was written under a key, whichever draft it was of. */
  static forget(key: string): void {
    const names = attempt(() => Object.keys(localStorage)) ?? [];
    for (const name of names) if (name.startsWith("draft:") && name.endsWith(`:${key}`)) attempt(() => localStorage.removeItem(name));
  }
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function read(name: string): Waiting | undefined {
  const record = attempt(() => JSON.parse(localStorage.getItem(name) ?? "") as Waiting);
  return typeof record?.key === "string" && typeof record.base === "string" && typeof record.words === "object" ? record : undefined;
}

export class Draft {
  readonly #shelf: Shelf;
  readonly #backoff = new Backoff();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  /** What the server has, as far as we know. */
  #saved: string;
  #last = { text: "", version: "" };
  /** The server holds other words: nothing is saved over them before it is decided. */
  #blocked = false;
  #submitted = false;
  #offers: { text: string; done: () => void }[] = [];

  constructor(
    readonly desk: Desk,
    readonly url: string,
    name: string,
  ) {
    this.#shelf = new Shelf(name);
    this.#saved = JSON.stringify(desk.words());
  }

  /** Takes up what waits in this browser. `taken`: the keys of what the server has been sent. */
  begin(taken: string[], other?: { version: string; text: string }): void {
    taken.filter(Boolean).forEach(Shelf.forget);
    if (other) this.#offer(other.text, () => this.#learn(other.version));
    let isTakenUp = false;
    for (const record of this.#shelf.all()) {
      const [mine, here] = [record.words["text"] ?? "", this.desk.words()["text"] ?? ""];
      const isSame = JSON.stringify(record.words) === JSON.stringify(this.desk.words());
      if (!isSame && !isTakenUp && (knows(record.base, this.desk.base) || mine.includes(here.trim()))) {
        isTakenUp = true;
        this.#takeUp(record);
      } else if (isSame || here.includes(mine.trim())) this.#shelf.drop(record.key);
      else this.#offer(mine, () => this.#shelf.drop(record.key));
    }
  }

  /** Under its own key: should it have been sent after all, it is not sent twice. */
  #takeUp(record: Waiting): void {
    this.desk.fill(record.words);
    this.desk.key = record.key;
    for (const version of record.base.split(" ")) this.#learn(version);
    this.desk.say("Your draft is back.");
    this.changed();
  }

  changed(): void {
    this.#submitted = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), PAUSE_MS);
  }

  /** The connection may be back. */
  hurry(): void {
    this.#backoff.reset();
    void this.save();
  }

  async save(): Promise<void> {
    clearTimeout(this.#timer);
    const words = this.desk.words();
    const text = JSON.stringify(words);
    if (text === this.#saved || this.#submitted) return;
    if (this.#blocked) return this.#keepHere(words);
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    const [body, version] = this.#form(words, text);
    const answer = await postForm(this.url, body, { signal: running.signal }).catch(() => undefined);
    if (running.signal.aborted) return;
    if (answer?.ok) this.#isKept(words, text, version);
    else if (!answer || answer.status >= 500 || answer.status === 429) this.#putOff(words);
    else await this.#refused(words, answer);
  }

  /** The same words sent again are the same version. */
  #form(words: Words, text: string): [URLSearchParams, string] {
    const { base, key } = this.desk;
    if (this.#last.text !== text) this.#last = { text, version: randomName() };
    const { version } = this.#last;
    this.#learn(version);
    return [new URLSearchParams({ ...words, key, base, version }), version];
  }

  #learn(version: string): void {
    const known = this.desk.base.split(" ").filter((one) => one && one !== version);
    this.desk.base = [...known, version].filter(Boolean).slice(-MOST_KNOWN).join(" ");
  }

  #isKept(words: Words, text: string, version: string): void {
    this.#saved = text;
    this.desk.base = version;
    this.#backoff.reset();
    this.#shelf.drop(this.desk.key);
    if (words["text"]) this.desk.say("Draft kept.");
  }

  #keepHere(words: Words): void {
    const { key, base } = this.desk;
    this.#shelf.put({ key, base, words, at: Date.now() });
  }

  #putOff(words: Words): void {
    this.#keepHere(words);
    this.desk.say("Draft kept on this device; it is saved when the connection is back.");
    this.#timer = setTimeout(() => void this.save(), this.#backoff.next());
  }

  async #refused(words: Words, answer: Response): Promise<void> {
    this.#keepHere(words);
    const other = answer.status === 409 ? ((await answer.json().catch(() => undefined)) as { version: string; text: string } | undefined) : undefined;
    if (!other) return this.desk.say("Draft kept on this device only. Load the page again to save it.");
    this.#blocked = true;
    this.desk.say("Written on another device meanwhile.");
    this.#offer(other.text, () => {
      this.#blocked = false;
      this.#learn(other.version);
      this.changed();
    });
  }

  #offer(text: string, done: () => void): void {
    const same = this.#offers.find((offer) => offer.text === text);
    if (same) {
      const before = same.done;
      same.done = () => [before, done].forEach((act) => act());
      return;
    }
    this.#offers.push({ text, done });
    if (this.#offers.length === 1) this.#ask();
  }

  #ask(): void {
    const [first] = this.#offers;
    if (!first) return;
    this.desk.offer(first.text, (added) => {
      const text = this.desk.words()["text"] ?? "";
      if (added) this.desk.fill({ text: [text.trimEnd(), first.text].filter(Boolean).join("\n\n") });
      this.#offers.shift();
      first.done();
      this.changed();
      this.#ask();
    });
  }

  /** Leaving the page: what the server may not have waits here, and one more request outlives the page. */
  leave(): void {
    const words = this.desk.words();
    const text = JSON.stringify(words);
    if (text === this.#saved || this.#submitted) return;
    const [body] = this.#form(words, text);
    this.#keepHere(words);
    if (!this.#blocked) void postForm(this.url, body, { keepalive: true }).catch(() => undefined);
  }

  /** The form goes out with what is written: a copy waits until a page says that it was taken. */
  submitted(isThrownAway: boolean): void {
    this.stop();
    this.#submitted = true;
    if (isThrownAway) this.#shelf.drop(this.desk.key);
    else this.#keepHere(this.desk.words());
  }

  get isSubmitted(): boolean {
    return this.#submitted;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }
}

function knows(base: string, versions: string): boolean {
  const known = base.split(" ");
  return versions.split(" ").some((version) => known.includes(version));
}
