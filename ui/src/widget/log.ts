// The conversation on the page: a list in the order in which the server stored it, with what still waits at the end.

import { linkified } from "./linkify";
import { type ChatMessage, isLater } from "./stream";
import type { Strings } from "./strings";
import type { Waiting } from "./outbox";

type Sending = "sending" | "sent" | "delayed" | "failed";

export interface Choices {
  retry(id: string): void;
  discard(id: string): void;
}

export class Log {
  readonly #items = new Map<string, HTMLLIElement>();

  constructor(
    readonly list: HTMLElement,
    readonly words: Strings,
    readonly language: string,
    readonly choices: Choices,
  ) {}

  /** A message as the server has it: new, or one of ours that has now arrived there, or one that was changed. */
  show(message: ChatMessage): void {
    if (message.via === "mail" && message.text === "") {
      this.#place(this.#item(message.id, "note", message.at, this.words.byMail), message.seq);
      return;
    }
    const item = this.#item(message.id, message.direction, message.at, message.text, message.author);
    if (message.via === "mail") this.#mark(item, this.words.alsoByMail);
    else if (item.dataset["sending"]) this.state(message.id, "sent");
    this.#place(item, message.seq);
  }

  /** One of ours on its way. */
  showWaiting(waiting: Waiting): void {
    if (this.#items.has(waiting.id)) return;
    this.#place(this.#item(waiting.id, "theirs", waiting.at, waiting.text), null);
    this.state(waiting.id, waiting.failed ? "failed" : "sending");
  }

  state(id: string, sending: Sending): void {
    const item = this.#items.get(id);
    if (!item || (item.dataset["seq"] && sending !== "sent")) return;
    item.dataset["sending"] = sending;
    this.#mark(item, this.words[sending]);
    item.querySelector(".choices")?.remove();
    if (sending === "failed" || sending === "delayed") item.append(this.#buttons(id, sending));
  }

  remove(id: string): void {
    this.#items.get(id)?.remove();
    this.#items.delete(id);
  }

  note(id: string, text: string): void {
    if (!this.#items.has(id)) this.#place(this.#item(id, "note", null, text), null);
  }

  get isAtEnd(): boolean {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
  }

  toEnd(): void {
    this.list.scrollTop = this.list.scrollHeight;
  }

  #item(id: string, kind: "theirs" | "ours" | "note", at: number | null, text: string, author?: string | null): HTMLLIElement {
    const known = this.#items.get(id);
    const item = known ?? document.createElement("li");
    this.#items.set(id, item);
    item.className = kind;
    const words = document.createElement("div");
    words.className = "words";
    words.dir = "auto";
    words.append(linkified(text));
    const parts: HTMLElement[] = kind === "note" ? [words] : [this.#who(kind, author ?? null), words, this.#when(at)];
    item.replaceChildren(...parts);
    return item;
  }

  #who(kind: "theirs" | "ours", author: string | null): HTMLElement {
    const who = document.createElement("span");
    // The visitor's own words are told by their place; a screen reader is told in words.
    who.className = kind === "theirs" ? "who for-readers" : "who";
    who.textContent = kind === "theirs" ? this.words.you : author || this.words.team;
    return who;
  }

  #when(at: number | null): HTMLElement {
    const line = document.createElement("span");
    line.className = "when";
    if (at !== null) {
      const time = document.createElement("time");
      const date = new Date(at);
      const today = date.toDateString() === new Date().toDateString();
      const day: Intl.DateTimeFormatOptions = today ? {} : { day: "numeric", month: "short" };
      time.dateTime = date.toISOString();
      time.textContent = date.toLocaleString(this.language, { ...day, hour: "2-digit", minute: "2-digit" });
      line.append(time);
    }
    const mark = document.createElement("span");
    mark.className = "mark";
    line.append(mark);
    return line;
  }

  #mark(item: HTMLElement, text: string): void {
    const mark = item.querySelector(".mark");
    if (mark) mark.textContent = text;
  }

  #buttons(id: string, sending: "failed" | "delayed"): HTMLElement {
    const choices = document.createElement("span");
    choices.className = "choices";
    choices.append(button(this.words.retry, () => this.choices.retry(id)));
    if (sending === "failed") choices.append(button(this.words.discard, () => this.choices.discard(id)));
    return choices;
  }

  /** Moves an item only where it must: a screen reader would read it again. */
  #place(item: HTMLLIElement, seq: string | null): void {
    if (seq !== null) item.dataset["seq"] = seq;
    const after = [...this.list.children].find((other) => other !== item && comesAfter(other, item));
    if (item.parentNode && item.nextElementSibling === (after ?? null)) return;
    this.list.insertBefore(item, after ?? null);
  }
}

/** What has no place yet at the server comes last, in the order in which it was added. */
function comesAfter(other: Element, item: HTMLElement): boolean {
  const [theirs, mine] = [(other as HTMLElement).dataset["seq"], item.dataset["seq"]];
  if (mine === undefined) return false;
  return theirs === undefined ? !other.classList.contains("note") : isLater(theirs, mine);
}

function button(text: string, click: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", click);
  return made;
}
