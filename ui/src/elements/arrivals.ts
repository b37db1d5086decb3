// Says to who listens, and doesn't see, that something came: `1 new message` in the conversation that is open, `2 more
// unread` elsewhere. Politely, into one region, and seldom: what comes meanwhile is told together.
import { Burst } from "./burst.ts";

const AT_MOST_EVERY_MS = 15_000;
/** What comes into the conversation that is open counts as unread for the moment until it is shown. */
const SETTLED_AFTER_MS = 1_000;

/** What came since the last time something was said. */
export class Arrivals {
  #messages = 0;
  #unreadSaid: number;
  #unread: number;
  readonly #burst: Burst;

  constructor(unread: number, say: (words: string) => void, pause = AT_MOST_EVERY_MS, settled = SETTLED_AFTER_MS) {
    this.#unread = this.#unreadSaid = unread;
    this.#burst = new Burst(async () => {
      await new Promise((resolve) => setTimeout(resolve, settled));
      const words = arrivalWords(this.#messages, this.#unread - this.#unreadSaid);
      this.#messages = 0;
      this.#unreadSaid = this.#unread;
      if (words) say(words);
    }, pause);
  }

  came(messages: number): void {
    this.#messages += messages;
    if (messages > 0) this.#burst.ask();
  }

  unreadIs(unread: number): void {
    this.#unread = unread;
    // What was read meanwhile is no arrival, and makes room for the next one to be.
    if (unread > this.#unreadSaid) this.#burst.ask();
    else this.#unreadSaid = unread;
  }
}

export function arrivalWords(messages: number, unread: number): string {
  const words = [];
  if (messages > 0) words.push(messages === 1 ? "1 new message" : `${messages} new messages`);
  if (unread > 0) words.push(unread === 1 ? "1 more unread conversation" : `${unread} more unread conversations`);
  return words.length > 0 ? `${words.join(", ")}.` : "";
}

/** More than the badge says, which stops at `99+`. */
const unreadIn = (place: Element) => Number(place.querySelector<HTMLElement>("[data-exact]")?.dataset["exact"] ?? 0);

/** Where each new child is looked at: earlier messages are asked for and stand elsewhere. */
function watchMessages(stream: Element, arrivals: Arrivals): void {
  const known = new Set([...stream.children].map((message) => message.id));
  new MutationObserver(() => {
    const fresh = [...stream.querySelectorAll(":scope > .message.theirs")].filter(({ id }) => !known.has(id));
    for (const { id } of fresh) known.add(id);
    arrivals.came(fresh.length);
  }).observe(stream, { childList: true });
}

export function startArrivals(): void {
  const region = document.getElementById("arrivals-spoken");
  if (!region) return;
  const unread = document.querySelector("[data-unread]");
  const arrivals = new Arrivals(unread ? unreadIn(unread) : 0, (words) => {
    // The same words twice are no change, and would not be spoken.
    region.textContent = region.textContent === words ? `${words}\u00a0` : words;
  });
  const stream = document.querySelector("[data-open-at-end]");
  if (stream) watchMessages(stream, arrivals);
  if (!unread) return;
  const look = () => arrivals.unreadIs(unreadIn(unread));
  new MutationObserver(look).observe(unread, { attributes: true, childList: true, subtree: true });
}
