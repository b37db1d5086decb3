// <tt-undo class="toast">: a line that says what was done and, for ten seconds, takes it back.
import { postForm } from "../http.ts";

class UndoElement extends HTMLElement {
  #left = 0;
  #timer: number | undefined;

  connectedCallback(): void {
    const seconds = this.querySelector<HTMLElement>("[data-seconds]");
    this.#left = Number(seconds?.dataset["seconds"] ?? 8);
    this.#show();
    this.#timer = setInterval(() => this.#tick(), 1000);
    this.querySelector("form")?.addEventListener("submit", (event) => void this.#undo(event));
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

  async #undo(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    clearInterval(this.#timer);
    const form = event.target as HTMLFormElement;
    try {
      const answer = await postForm(form.action, new FormData(form));
      if (!answer.ok) throw new Error(String(answer.status));
      // The answer to an undo is a redirect to the page as it is now.
      location.assign(answer.redirected ? answer.url : location.href);
    } catch {
      this.classList.add("failed");
      this.replaceChildren("It could not be undone. Reload the page to see how things stand.");
    }
  }
}

customElements.define("tt-undo", UndoElement);
