// <tt-undo class="toast">: a line that says what was done and, for ten seconds, takes it back by a plain form, whose
// answer is the page as it is then.

/** Screen readers speak what comes into a live region after the page was read, not what stands there from the start. */
const SPOKEN_AFTER_MS = 500;

class UndoElement extends HTMLElement {
  #left = 0;
  #timer: number | undefined;

  connectedCallback(): void {
    const seconds = this.querySelector<HTMLElement>("[data-seconds]");
    this.#left = Number(seconds?.dataset["seconds"] ?? 8);
    this.#show();
    this.#timer = setInterval(() => this.#tick(), 1000);
    setTimeout(() => this.#speak(), SPOKEN_AFTER_MS);
    this.querySelector("[data-close-toast]")?.addEventListener("click", () => this.remove());
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    // Whoever is reading it or about to press it keeps it: WCAG 2.2.1.
    if (this.matches(":hover, :focus-within") && this.#left <= 1) return;
    this.#left -= 1;
    if (this.#left <= 0) this.remove();
    else this.#show();
  }

  #show(): void {
    const seconds = this.querySelector("[data-seconds]");
    if (seconds) seconds.textContent = String(this.#left);
  }

  #speak(): void {
    const spoken = document.getElementById("toast-spoken");
    if (spoken) spoken.textContent = this.querySelector("[data-words]")?.textContent ?? "";
  }
}

customElements.define("tt-undo", UndoElement);
