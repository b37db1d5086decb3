// What the visitor wrote and the server has not yet taken. Each message is kept under its own id, so that a reload, a
// lost network or a second tab loses nothing and doubles nothing: the server knows an id that it has had before.

import { Backoff } from "../backoff";
import { randomUuid } from "../names";
import { Refused } from "./session";
import type { Keep } from "./storage";

export interface Waiting {
  id: string;
  text: string;
  at: number;
  failed?: boolean;
}

export interface OutboxListener {
  sent(id: string): void;
  /** It did not go out yet; tried again by itself. */
  delayed(id: string): void;
  /** The server will not take it; the visitor decides. */
  failed(id: string, detail: string): void;
}

export type Poster = (path: string, body: unknown) => Promise<unknown>;

export class Outbox {
  readonly #backoff = new Backoff();
  /** Written before it is known who writes: held in the page, since kept words could go out as somebody else's. */
  #early: Waiting[] = [];
  #flushing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly keep: Keep,
    /** Whose words these are, once that is known; see `Sessions.scope`. */
    readonly scope: () => string | null,
    readonly post: Poster,
    readonly listener: OutboxListener,
    readonly now: () => number = Date.now,
  ) {}

  /** In the order in which they were written. */
  waiting(): Waiting[] {
    const scope = this.scope();
    if (scope === null) return [...this.#early];
    for (const waiting of this.#early.splice(0)) this.#write(scope, waiting);
    const found = this.keep.names(`out:${scope}:`).map((name) => this.#read(name));
    return found.filter((waiting) => waiting !== null).sort((a, b) => a.at - b.at);
  }

  add(text: string): Waiting {
    const waiting = { id: randomUuid(), text, at: this.now() };
    const scope = this.scope();
    if (scope === null) this.#early.push(waiting);
    else this.#write(scope, waiting);
    void this.flush();
    return waiting;
  }

  retry(id: string): void {
    const [waiting, scope] = [this.waiting().find((one) => one.id === id), this.scope()];
    if (waiting && scope !== null) this.#write(scope, { id, text: waiting.text, at: waiting.at });
    this.hurry();
  }

  discard(id: string): void {
    this.keep.remove(`out:${this.scope()}:${id}`);
  }

  hurry(): void {
    this.#backoff.reset();
    clearTimeout(this.#timer);
    void this.flush();
  }

  /** Sends what waits, one after the other, so that nothing overtakes what was written before it. */
  async flush(): Promise<void> {
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      for (let scope = this.scope(); scope !== null; scope = this.scope()) {
        const next = this.waiting().find((waiting) => !waiting.failed);
        if (!next || !(await this.#send(scope, next))) break;
      }
    } finally {
      this.#flushing = false;
    }
  }

  async #send(scope: string, { id, text, at }: Waiting): Promise<boolean> {
    const claimed = this.keep.get(`mail:${scope}`);
    const body = { id, text, at, sent: this.now(), ...(claimed ? { claimed_mail: claimed } : {}) };
    try {
      await this.post("/messages", body);
    } catch (error) {
      if (error instanceof Refused && !error.passing) {
        this.#write(scope, { id, text, at, failed: true });
        this.listener.failed(id, error.detail);
        return true;
      }
      this.listener.delayed(id);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.flush(), this.#backoff.next());
      return false;
    }
    this.#backoff.reset();
    this.keep.remove(`out:${scope}:${id}`);
    this.listener.sent(id);
    return true;
  }

  #write(scope: string, waiting: Waiting): void {
    this.keep.set(`out:${scope}:${waiting.id}`, JSON.stringify(waiting));
  }

  #read(name: string): Waiting | null {
    try {
      const { id, text, at, failed } = JSON.parse(this.keep.get(name) ?? "") as Waiting;
      const sound = typeof id === "string" && typeof text === "string" && typeof at === "number";
      return sound ? { id, text, at, ...(failed ? { failed } : {}) } : null;
    } catch {
      return null;
    }
  }
}
