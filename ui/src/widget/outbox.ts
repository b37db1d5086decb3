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
  #flushing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly keep: Keep,
    /** Whose words these are; see `Sessions.scope`. */
    readonly scope: () => string,
    readonly post: Poster,
    readonly listener: OutboxListener,
    readonly now: () => number = Date.now,
  ) {}

  /** In the order in which they were written. */
  waiting(): Waiting[] {
    const found = this.keep.names(`out:${this.scope()}:`).map((name) => this.#read(name));
    return found.filter((waiting) => waiting !== null).sort((a, b) => a.at - b.at);
  }

  add(text: string): Waiting {
    const waiting = { id: randomUuid(), text, at: this.now() };
    this.#write(waiting);
    void this.flush();
    return waiting;
  }

  retry(id: string): void {
    const waiting = this.waiting().find((one) => one.id === id);
    if (waiting) this.#write({ id, text: waiting.text, at: waiting.at });
    this.hurry();
  }

  discard(id: string): void {
    this.keep.remove(this.#name(id));
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
      for (let next = this.#next(); next; next = this.#next()) {
        if (!(await this.#send(next))) break;
      }
    } finally {
      this.#flushing = false;
    }
  }

  async #send({ id, text, at }: Waiting): Promise<boolean> {
    const claimed = this.keep.get(`mail:${this.scope()}`);
    const body = { id, text, at, sent: this.now(), ...(claimed ? { claimed_mail: claimed } : {}) };
    try {
      await this.post("/messages", body);
    } catch (error) {
      if (error instanceof Refused && !error.passing) {
        this.#write({ id, text, at, failed: true });
        this.listener.failed(id, error.detail);
        return true;
      }
      this.listener.delayed(id);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.flush(), this.#backoff.next());
      return false;
    }
    this.#backoff.reset();
    this.discard(id);
    this.listener.sent(id);
    return true;
  }

  #next(): Waiting | undefined {
    return this.waiting().find((waiting) => !waiting.failed);
  }

  #name(id: string): string {
    return `out:${this.scope()}:${id}`;
  }

  #write(waiting: Waiting): void {
    this.keep.set(this.#name(waiting.id), JSON.stringify(waiting));
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
