// The live stream: what the visitor and the team said, from the beginning or from where it broke off.

import { Backoff } from "../backoff";
import { Refused, type Sessions } from "./session";
import { type ServerEvent, SseParser } from "./sse";

export interface ChatMessage {
  id: string;
  /** Commit order, as decimal digits. */
  seq: string;
  direction: "theirs" | "ours";
  text: string;
  at: number;
  author: string | null;
  via: "chat" | "mail";
}

export interface StreamListener {
  message(message: ChatMessage): void;
  removed(id: string): void;
  /** All that was said before has been shown. */
  caughtUp(): void;
  connection(state: "open" | "lost" | "ended"): void;
}

/** The server speaks at least every 15 s; silence three times as long is a dead connection. */
const SILENCE = 45_000;

export class Stream {
  #after = "";
  #running = false;
  #connection: AbortController | null = null;
  #wake: (() => void) | null = null;
  readonly #backoff = new Backoff();

  constructor(
    readonly base: string,
    readonly sessions: Sessions,
    readonly listener: StreamListener,
  ) {}

  start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  /** Tries again at once: the network is back, or somebody looks at the page again. */
  hurry(): void {
    this.#backoff.reset();
    this.#wake?.();
  }

  /** Drops a connection that may be dead (the computer slept) and opens a new one. */
  renew(): void {
    this.hurry();
    this.#connection?.abort();
  }

  async #run(): Promise<void> {
    while (this.#running) {
      try {
        await this.#listen();
      } catch (error) {
        // The site no longer names its user: no waiting mends that. Anything else is the network, and is waited for.
        if (error instanceof Refused && !error.passing) this.#end();
      }
      if (!this.#running) return;
      this.listener.connection("lost");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#backoff.next());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
  }

  async #listen(): Promise<void> {
    const session = this.sessions.current ?? (await this.sessions.open());
    const connection = new AbortController();
    this.#connection = connection;
    const address = `${this.base}/stream${this.#after ? `?after=${encodeURIComponent(this.#after)}` : ""}`;
    const headers: Record<string, string> = { authorization: `Bearer ${session.token}`, accept: "text/event-stream" };
    if (this.#after) headers["last-event-id"] = this.#after;
    const response = await fetch(address, { headers, credentials: "omit", cache: "no-store", signal: connection.signal });
    if (response.status === 401) await this.sessions.open();
    if (response.status === 404 || response.status === 403) this.#end();
    if (!response.ok || !response.body) return;
    this.listener.connection("open");
    await this.#read(response.body, connection);
  }

  async #read(body: ReadableStream<Uint8Array>, connection: AbortController): Promise<void> {
    const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    const parser = new SseParser();
    for (;;) {
      const silence = setTimeout(() => connection.abort(), SILENCE);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return;
      this.#backoff.reset();
      for (const event of parser.push(value)) this.#take(event);
    }
  }

  #take({ event, data, id }: ServerEvent): void {
    const said = parsed(data);
    if (event === "message" && isMessage(said)) this.listener.message(said);
    else if (event === "removed") this.listener.removed(String((said as { id?: unknown } | null)?.id));
    else if (event === "ready") this.listener.caughtUp();
    // Only what was shown counts as had.
    if (id) this.#after = id;
  }

  #end(): void {
    this.#running = false;
    this.listener.connection("ended");
  }
}

/** An event that cannot be read is passed over, or it would come again after each new connection. */
function parsed(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return null;
  }
}

function isMessage(value: unknown): value is ChatMessage {
  if (typeof value !== "object" || value === null) return false;
  const { id, seq, direction, text, at } = value as Partial<Record<keyof ChatMessage, unknown>>;
  const known = direction === "theirs" || direction === "ours";
  return typeof id === "string" && typeof seq === "string" && known && typeof text === "string" && typeof at === "number";
}

/** Whether `a` was stored after `b`; both are decimal digits of any length, past what a number holds exactly. */
export function isLater(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}
