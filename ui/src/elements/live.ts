// One live stream per browser. The tab that holds the lock listens to /live and tells the others; each tab fetches the
// fragments it shows (`data-live="topic"` or `"topic:id"`, several by spaces, with `data-live-src`) and morphs them in.
import { morphInside } from "../htmx.ts";

export interface LiveEvent {
  seq: number;
  topic: string;
  id: string;
}

type Word =
  | { kind: "event"; event: LiveEvent }
  | { kind: "hello"; after: number }
  | { kind: "stale"; before: number }
  | { kind: "connection"; lost: boolean };

/** How many events the listening tab remembers, for a tab that was rendered before it began to hear. */
const REMEMBERED = 500;
const LOST_NOTICE_MS = 4000;

class LiveStream {
  #seen: number;
  #channel = new BroadcastChannel("tertulia-live");
  #recent: LiveEvent[] = [];
  #leads = false;
  #lostTimer: number | undefined;

  constructor(after: number) {
    this.#seen = after;
    this.#channel.addEventListener("message", (message: MessageEvent<Word>) => this.#hear(message.data));
    this.#tell({ kind: "hello", after });
    // Locks are for secure origins; on a plain http address in a shop's own network each tab listens for itself.
    if (navigator.locks) void navigator.locks.request("tertulia-live", () => this.#lead());
    else void this.#lead();
  }

  #tell(word: Word): void {
    this.#channel.postMessage(word);
  }

  #hear(word: Word): void {
    if (word.kind === "event") this.#take(word.event);
    else if (word.kind === "connection") this.#showConnection(word.lost);
    else if (word.kind === "stale" && this.#seen < word.before) this.#refreshAll(word.before);
    else if (word.kind === "hello" && this.#leads) this.#catchUp(word.after);
  }

  /** A page rendered at `after` may have missed what came before it could hear. */
  #catchUp(after: number): void {
    const oldest = this.#recent[0]?.seq;
    if (this.#seen <= after) return;
    if (oldest === undefined || oldest > after + 1) this.#tell({ kind: "stale", before: this.#seen });
    for (const event of this.#recent) if (event.seq > after) this.#tell({ kind: "event", event });
  }

  /** Never resolves: the lock is given up when the tab closes, and the next tab takes over from what it has seen. */
  #lead(): Promise<never> {
    this.#leads = true;
    this.#connect();
    return new Promise(() => undefined);
  }

  #connect(): void {
    const source = new EventSource(`/live?after=${this.#seen}`);
    source.addEventListener("open", () => this.#setConnection(false));
    source.addEventListener("message", (message: MessageEvent<string>) => {
      const event = parse(message.data);
      if (!event) return;
      this.#tell({ kind: "event", event });
      this.#take(event);
    });
    // The server no longer remembers as far back as we ask for.
    source.addEventListener("resync", (message: MessageEvent<string>) => {
      const before = Number(message.data) || this.#seen + 1;
      this.#tell({ kind: "stale", before });
      this.#refreshAll(before);
    });
    source.addEventListener("error", () => {
      this.#setConnection(true);
      // EventSource would try again from where it began; we go on from what was seen, and not all browsers at once.
      source.close();
      setTimeout(() => this.#connect(), 1000 + Math.random() * 3000);
    });
  }

  #setConnection(lost: boolean): void {
    this.#tell({ kind: "connection", lost });
    this.#showConnection(lost);
  }

  #showConnection(lost: boolean): void {
    const line = document.getElementById("connection-line");
    if (!line) return;
    if (!lost) {
      clearTimeout(this.#lostTimer);
      this.#lostTimer = undefined;
      line.hidden = true;
    } else {
      // A short break is nobody's concern; further failures must not put the notice off.
      this.#lostTimer ??= setTimeout(() => (line.hidden = false), LOST_NOTICE_MS);
    }
  }

  #take(event: LiveEvent): void {
    if (event.seq <= this.#seen) return;
    this.#seen = event.seq;
    this.#recent.push(event);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    for (const element of liveElements()) if (listensTo(element, event)) refreshSoon(element);
    document.dispatchEvent(new CustomEvent<LiveEvent>("tertulia:live", { detail: event }));
  }

  #refreshAll(before: number): void {
    this.#seen = Math.max(this.#seen, before);
    for (const element of liveElements()) refreshSoon(element);
  }
}

function parse(data: string): LiveEvent | undefined {
  try {
    const value = JSON.parse(data) as Partial<LiveEvent>;
    if (typeof value.topic !== "string") return undefined;
    return { seq: Number(value.seq), topic: value.topic, id: String(value.id ?? "") };
  } catch {
    return undefined;
  }
}

function liveElements(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-live][data-live-src]")];
}

function listensTo(element: HTMLElement, event: LiveEvent): boolean {
  const wanted = (element.dataset["live"] ?? "").split(/\s+/);
  return wanted.includes(event.topic) || wanted.includes(`${event.topic}:${event.id}`);
}

const waiting = new WeakMap<HTMLElement, { again: boolean }>();
const PAUSE_MS = 150;

/** Many events in a burst are one fetch, and one more after it for what came meanwhile. */
function refreshSoon(element: HTMLElement): void {
  const state = waiting.get(element);
  if (state) {
    state.again = true;
    return;
  }
  const fresh = { again: false };
  waiting.set(element, fresh);
  setTimeout(() => {
    void whenLookedAt().then(() => refresh(element)).finally(() => {
      waiting.delete(element);
      if (fresh.again && element.isConnected) refreshSoon(element);
    });
  }, PAUSE_MS);
}

/** A page in the background fetches nothing until it is looked at again: what it fetched would count as read. */
function whenLookedAt(): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const check = () => {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", check);
      resolve();
    };
    document.addEventListener("visibilitychange", check);
  });
}

async function refresh(element: HTMLElement): Promise<void> {
  const src = element.dataset["liveSrc"];
  if (!src || !element.isConnected) return;
  const answer = await fetch(src, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => undefined);
  if (!answer?.ok || answer.redirected || answer.status === 204) return;
  const html = await answer.text();
  await selectionReleased(element);
  const below = belowTheFold(element);
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  await morphInside(element, html);
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true });
  below();
}

/** A text being selected is not swapped away under the hand: wait until the selection is let go. */
function selectionReleased(element: HTMLElement): Promise<void> {
  const holds = () => {
    const selection = document.getSelection();
    return selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
  };
  if (!holds()) return Promise.resolve();
  return new Promise((resolve) => {
    const check = () => {
      if (holds()) return;
      document.removeEventListener("selectionchange", check);
      resolve();
    };
    document.addEventListener("selectionchange", check);
  });
}

/** The scroll is the reader's: what arrives below the fold is said by `[data-below-pill]`, not scrolled to. */
function belowTheFold(element: HTMLElement): () => void {
  const pill = document.querySelector<HTMLElement>("[data-below-pill]");
  const last = element.lastElementChild?.id;
  return () => {
    const newest = element.lastElementChild;
    if (!pill || !newest || newest.id === last || !element.matches("[data-open-at-end]")) return;
    const hidden = newest.getBoundingClientRect().top > pill.getBoundingClientRect().bottom;
    pill.hidden = !hidden;
  };
}

export function startLive(): void {
  const after = document.body.dataset["liveAfter"];
  if (after !== undefined) new LiveStream(Number(after));
  document.addEventListener("click", (event) => {
    const pill = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-below-pill]") : null;
    if (!pill) return;
    pill.hidden = true;
    document.querySelector("[data-open-at-end]")?.lastElementChild?.scrollIntoView({ block: "center" });
  });
}
