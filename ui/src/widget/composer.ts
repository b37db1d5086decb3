// Where the visitor writes.

import type { Keep } from "./storage";
import type { Strings } from "./strings";

/** The count is shown from here on. */
const NEAR_LIMIT = 300;

export class Composer {
  #limit = 8_000;

  constructor(
    readonly form: HTMLFormElement,
    readonly field: HTMLTextAreaElement,
    readonly counter: HTMLElement,
    readonly button: HTMLButtonElement,
    readonly words: Strings,
    readonly keep: Keep,
    /** Whose words these are, once that is known; see `Sessions.scope`. */
    readonly scope: () => string | null,
    readonly send: (text: string) => void,
  ) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    field.addEventListener("keydown", (event) => {
      // While a Japanese or Chinese word is being composed, Enter chooses it (229 is what older Safari says of it).
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    field.addEventListener("input", () => {
      this.#keepDraft();
      this.#fit();
    });
  }

  /** Once it is known who writes: their unsent words are shown again, or those begun meanwhile are kept. */
  begin(limit: number): void {
    this.#limit = limit;
    if (this.field.value) this.#keepDraft();
    else this.field.value = this.keep.get(this.#draft) ?? "";
    this.#fit();
  }

  focus(): void {
    this.field.focus();
  }

  end(): void {
    this.field.disabled = true;
    this.button.disabled = true;
  }

  get #draft(): string {
    return `draft:${this.scope()}`;
  }

  #keepDraft(): void {
    if (this.scope() !== null) this.keep.set(this.#draft, this.field.value);
  }

  #submit(): void {
    const text = this.field.value.trim();
    if (!text || this.#left() < 0 || this.field.disabled) return;
    this.send(text);
    this.field.value = "";
    this.keep.remove(this.#draft);
    this.#fit();
    this.field.focus();
  }

  /** Characters as the server counts them, not UTF-16's halves. */
  #left(): number {
    return this.#limit - [...this.field.value.trim()].length;
  }

  #fit(): void {
    const left = this.#left();
    this.counter.textContent = left < NEAR_LIMIT ? this.words.left(left) : "";
    this.counter.classList.toggle("over", left < 0);
    this.button.disabled = left < 0 || this.field.value.trim() === "";
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
  }
}
