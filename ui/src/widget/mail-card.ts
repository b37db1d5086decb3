// Asks, once, where to write if the visitor has to leave. The address is only a claim until a mail has confirmed it.

import { Refused } from "./session";
import type { Keep } from "./storage";
import type { Strings } from "./strings";

export interface MailCardParts {
  card: HTMLFormElement;
  field: HTMLInputElement;
  problem: HTMLElement;
  later: HTMLButtonElement;
  /** The quiet way back for who said "not now". */
  link: HTMLButtonElement;
}

export class MailCard {
  #wanted = false;

  constructor(
    readonly parts: MailCardParts,
    readonly words: Strings,
    readonly keep: Keep,
    /** Whose address it is; known by the time the card is shown. See `Sessions.scope`. */
    readonly scope: () => string | null,
    readonly post: (path: string, body: unknown) => Promise<unknown>,
    readonly saved: (address: string) => void,
  ) {
    parts.card.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#save();
    });
    parts.later.addEventListener("click", () => {
      keep.set(`mail-asked:${scope()}`, "1");
      this.#show(false);
    });
    parts.link.addEventListener("click", () => {
      this.#show(true);
      parts.field.focus();
    });
  }

  begin(wanted: boolean): void {
    this.#wanted = wanted && this.keep.get(`mail:${this.scope()}`) === null;
    this.#show(false);
  }

  /** After the first message went out; it takes no focus, since the visitor may be writing on. */
  ask(): void {
    if (this.#wanted && this.keep.get(`mail-asked:${this.scope()}`) === null) this.#show(true);
  }

  #show(open: boolean): void {
    this.parts.card.hidden = !open;
    this.parts.link.hidden = open || !this.#wanted;
  }

  async #save(): Promise<void> {
    const { field, problem } = this.parts;
    problem.textContent = "";
    field.removeAttribute("aria-invalid");
    try {
      const answer = (await this.post("/mail", { address: field.value })) as { address?: string } | null;
      const address = answer?.address ?? field.value.trim();
      this.keep.set(`mail:${this.scope()}`, address);
      this.#wanted = false;
      this.#show(false);
      this.saved(address);
    } catch (error) {
      const wrong = error instanceof Refused && !error.passing;
      problem.textContent = wrong ? this.words.mailWrong : this.words.mailLater;
      if (wrong) field.setAttribute("aria-invalid", "true");
      field.focus();
    }
  }
}
