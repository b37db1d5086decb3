// One live stream per browser. The tab that holds the lock listens to /live and tells the others; each tab fetches the
// fragments it shows (`data-live="topic"` or `"topic:id"`, several by spaces, with `data-live-src`) and morphs them in. A
// list of rows, each about one thing of a topic (`data-live-rows="topic"`), fetches those that something happened to.
import { morphInside } from "../htmx.ts";
import { Burst } from "./burst.ts";
import { Happened, rowsIn, rowsOf, withRows } from "./rows.ts";
import { askForSession } from "./session.ts";

/** Something happened to one thing. Who opens or leaves a conversation has no sequence: nobody hears of it later. */
interface Happening {
  topic: string;
  id: string;
}

export interface LiveEvent extends Happening {
  seq: number;
}

type Word =
  | { kind: "event"; event: LiveEvent }
  | { kind: "here"; happening: Happening }
  | { kind: "hello"; after: number }
  | { kind: "stale"; before: number }
  | { kind: "resync"; at: number }
  | { kind: "connection"; lost: boolean };

/** How many events the listening tab remembers, for a tab that was rendered before it began to hear. */
const REMEMBERED = 500;
const LOST_NOTICE_MS = 4000;

/** A stream that is refused again and again while all else is well is one too many: some tabs may be closed by and by. */
function reconnectAfter(refusals: number): number {
  return refusals > 1 ? 60_000 * (1 + Math.random() / 4) : 1000 + Math.random() * 3000;
}

class LiveStream {
  #seen: number;
  #channel = new BroadcastChannel("tertulia-live");
  #recent: LiveEvent[] = [];
  #leads = false;
  #lostTimer: number | undefined;
  #isLost = false;
  #refusals = 0;

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
    else if (word.kind === "here") refreshListeners(word.happening);
    else if (word.kind === "connection") this.#showConnection(word.lost);
    else if (word.kind === "stale" && this.#seen < word.before) this.#refreshAll(word.before);
    else if (word.kind === "resync") this.#refreshAll(word.at);
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
    let opened = false;
    source.addEventListener("open", () => {
      opened = true;
      this.#setConnection(false);
    });
    source.addEventListener("message", (message: MessageEvent<string>) => {
      const event = parse(message.data);
      if (!event) return;
      this.#tell({ kind: "event", event });
      this.#take(event);
    });
    source.addEventListener("here", (message: MessageEvent<string>) => {
      const happening = parse(message.data);
      if (!happening) return;
      this.#tell({ kind: "here", happening });
      refreshListeners(happening);
    });
    // The server no longer remembers as far back as we ask for; or it never was where we are, since a backup was
    // restored. What it says now is where everybody goes on, also where that is lower than what was seen.
    source.addEventListener("resync", (message: MessageEvent<string>) => {
      const at = Number(message.data);
      this.#recent = [];
      this.#tell({ kind: "resync", at });
      this.#refreshAll(at);
    });
    source.addEventListener("error", async () => {
      // EventSource would try again from where it began; we go on from what was seen, and not all browsers at once.
      source.close();
      const session = await askForSession();
      if (session === "ended") return;
      this.#setConnection(true);
      this.#refusals = !opened && session === "runs" ? this.#refusals + 1 : 0;
      setTimeout(() => this.#connect(), reconnectAfter(this.#refusals));
    });
  }

  #setConnection(lost: boolean): void {
    this.#tell({ kind: "connection", lost });
    this.#showConnection(lost);
  }

  #showConnection(lost: boolean): void {
    const line = document.getElementById("connection-line");
    if (this.#isLost && !lost) document.dispatchEvent(new CustomEvent("tertulia:reconnected"));
    this.#isLost = lost;
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
    refreshListeners(event);
    document.dispatchEvent(new CustomEvent<LiveEvent>("tertulia:live", { detail: event }));
  }

  #refreshAll(upTo: number): void {
    this.#seen = upTo;
    for (const element of liveElements()) {
      happenedTo(element).toMore();
      refreshSoon(element);
    }
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

function refreshListeners(event: Happening): void {
  for (const element of liveElements()) {
    if (!listensTo(element, event)) continue;
    if (element.dataset["liveRows"] === event.topic) happenedTo(element).to(event.id);
    else happenedTo(element).toMore();
    refreshSoon(element);
  }
}

function listensTo(element: HTMLElement, event: Happening): boolean {
  const wanted = (element.dataset["live"] ?? "").split(/\s+/);
  return wanted.includes(event.topic) || wanted.includes(`${event.topic}:${event.id}`);
}

const happenings = new WeakMap<HTMLElement, Happened>();

function happenedTo(element: HTMLElement): Happened {
  const happened = happenings.get(element) ?? new Happened();
  happenings.set(element, happened);
  return happened;
}

const bursts = new WeakMap<HTMLElement, Burst>();
const PAUSE_MS = 150;

/** What comes after a quiet time is fetched at once; what follows in a burst is fetched together. */
function refreshSoon(element: HTMLElement): void {
  let burst = bursts.get(element);
  if (!burst) {
    burst = new Burst(() => inTime(element).then(() => refresh(element)), PAUSE_MS);
    bursts.set(element, burst);
  }
  burst.ask();
}

const BEHIND_MS = 5000;

/** What is seen of a page though another stands before it (`data-live-behind`) is fetched there too, now and then. */
function inTime(element: HTMLElement): Promise<void> {
  if (element.dataset["liveBehind"] === undefined || !document.hidden) return whenLookedAt();
  return Promise.race([whenLookedAt(), new Promise<void>((resolve) => setTimeout(resolve, BEHIND_MS))]);
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
  const asked = happenedTo(element).take();
  const html = await fetched(asked.length > 0 ? `${src}&only=${asked.join(",")}` : src);
  // What was not told this time is told with the next.
  if (html === undefined) return happenedTo(element).toMore();
  await selectionReleased(element);
  const below = belowTheFold(element);
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const place = placeOf(focused, element);
  const shown = asked.length > 0 ? withRows(rowsIn(element), asked, rowsOf(html)).map((row) => row.html).join("") : html;
  await morphInside(element, shown);
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true });
  else if (focused) focusAt(place, element);
  below();
}

async function fetched(src: string): Promise<string | undefined> {
  const answer = await fetch(src, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => undefined);
  return !answer?.ok || answer.redirected || answer.status === 204 ? undefined : answer.text().catch(() => undefined);
}

const cardsIn = (element: HTMLElement) => [...element.querySelectorAll<HTMLElement>("[data-keys-here]")];

/** Of several things with keys of their own, the number of the one that holds the focus. */
function placeOf(focused: Element | null, element: HTMLElement): number {
  return cardsIn(element).findIndex((card) => card.contains(focused));
}

/** One that had the focus is gone: what stands at its place has it, lest the next key go to the first of them, unseen. */
function focusAt(place: number, element: HTMLElement): void {
  if (place < 0) return;
  const cards = cardsIn(element);
  cards[Math.min(place, cards.length - 1)]?.querySelector<HTMLElement>("[data-item]")?.focus({ preventScroll: true });
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
