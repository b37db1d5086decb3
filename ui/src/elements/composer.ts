// <tt-composer data-draft-url data-key data-limit>: grows with the text, counts, keeps the draft on every device,
// shows what is attached. `data-key` is one member's own. Without this script it is a plain form that sends.
import { postForm } from "../http.ts";

const DRAFT_PAUSE_MS = 700;
/** Fields that make up a draft; files are put to it as they are picked. */
const DRAFT_FIELDS = ["text", "subject", "from", "to", "cc", "bcc", "channel"];

class ComposerElement extends HTMLElement {
  #timer: number | undefined;
  #files = new DataTransfer();
  #controller = new AbortController();

  connectedCallback(): void {
    const { form, text } = this;
    if (!form || !text) return;
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.#restore();
    this.#grow();
    this.#count();
    this.addEventListener("input", (event) => this.#changed(event), { signal });
    this.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("change", (event) => this.#picked(event), { signal });
    this.addEventListener("click", (event) => this.#dropped(event), { signal });
    form.addEventListener("submit", () => this.#markSeen(), { signal, capture: true });
    form.addEventListener("submit", () => this.#sent(), { signal });
    addEventListener("pagehide", () => this.#flush(), { signal });
    addEventListener("online", () => void this.#save(), { signal });
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }

  get form(): HTMLFormElement | null {
    return this.querySelector("form");
  }

  get text(): HTMLTextAreaElement | null {
    return this.querySelector<HTMLTextAreaElement>('textarea[name="text"]');
  }

  #storageKey(): string {
    return `draft:${this.dataset["key"] ?? ""}`;
  }

  /** What could not be saved on the server waits in this browser; it comes back if the page has nothing itself. */
  #restore(): void {
    const kept = localStorage.getItem(this.#storageKey());
    if (kept === null || !this.text || this.text.value) return;
    this.text.value = kept;
    this.#say("Your draft is back.");
  }

  #changed(event: Event): void {
    if (event.target === this.text) {
      this.#grow();
      this.#count();
    }
    if (!DRAFT_FIELDS.includes((event.target as HTMLInputElement).name)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), DRAFT_PAUSE_MS);
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      this.form?.requestSubmit();
    }
  }

  #grow(): void {
    const { text } = this;
    if (!text || CSS.supports("field-sizing", "content")) return;
    text.style.blockSize = "auto";
    text.style.blockSize = `${text.scrollHeight}px`;
  }

  /** Characters as people see them; said only when the end is near. */
  #count(): void {
    const limit = Number(this.dataset["limit"]);
    const status = this.querySelector<HTMLElement>("[data-status]");
    if (!limit || !this.text || !status) return;
    const left = limit - [...this.text.value].length;
    status.classList.toggle("over", left < 0);
    if (left < 0) status.textContent = `${-left} characters too many for this channel`;
    else if (left < limit / 5) status.textContent = `${left} characters left`;
    else if (status.textContent?.includes("characters")) status.textContent = "";
  }

  #draft(): URLSearchParams {
    const draft = new URLSearchParams();
    if (!this.form) return draft;
    const data = new FormData(this.form);
    for (const name of DRAFT_FIELDS) {
      const value = data.get(name);
      if (typeof value === "string") draft.set(name, value);
    }
    return draft;
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const url = this.dataset["draftUrl"];
    if (!url || !this.text) return;
    try {
      const answer = await postForm(url, this.#draft());
      if (!answer.ok) throw new Error(String(answer.status));
      localStorage.removeItem(this.#storageKey());
      if (this.text.value) this.#say("Draft kept.");
    } catch {
      localStorage.setItem(this.#storageKey(), this.text.value);
      this.#say("Draft kept on this device; it is saved when the connection is back.");
    }
  }

  /** Leaving the page with a change not yet saved: `keepalive` lets the request outlive it. */
  #flush(): void {
    const url = this.dataset["draftUrl"];
    if (this.#timer === undefined || !url) return;
    clearTimeout(this.#timer);
    void postForm(url, this.#draft(), { keepalive: true }).catch(() => undefined);
  }

  /** What arrived while writing and never came into sight is not "seen": the server then asks before it sends. */
  #markSeen(): void {
    const field = this.querySelector<HTMLInputElement>('input[name="seen"]');
    if (!field) return;
    const edge = this.getBoundingClientRect().top;
    const shown = [...document.querySelectorAll<HTMLElement>("[data-open-at-end] [data-seq]")]
      .filter((message) => message.getBoundingClientRect().top < edge)
      .map((message) => BigInt(message.dataset["seq"] ?? 0));
    const highest = [BigInt(field.value || 0), ...shown].reduce((one, other) => (other > one ? other : one));
    field.value = String(highest);
  }

  #sent(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    localStorage.removeItem(this.#storageKey());
    const buttons = this.querySelectorAll<HTMLButtonElement>('button[type="submit"]');
    // After the browser has taken the form, so that a second press can't send it twice.
    setTimeout(() => buttons.forEach((button) => button.setAttribute("disabled", "")), 0);
    setTimeout(() => buttons.forEach((button) => button.removeAttribute("disabled")), 5000);
  }

  #say(words: string): void {
    const status = this.querySelector<HTMLElement>("[data-status]");
    if (status && !status.classList.contains("over")) status.textContent = words;
  }

  #picked(event: Event): void {
    const input = event.target as HTMLInputElement;
    if (input.name === "channel") this.#nameChannel(event.target as HTMLSelectElement);
    if (input.type !== "file" || !input.files) return;
    const max = Number(input.dataset["maxBytes"]) || Infinity;
    for (const file of input.files) {
      if (file.size > max) this.#say(`${file.name} is too large for this channel (${size(file.size)}; ${size(max)} at most).`);
      else this.#files.items.add(file);
    }
    this.#showFiles(input);
    void this.#keepFiles(input);
  }

  /** The button says which way it sends, and the limit is that of the chosen way. */
  #nameChannel(select: HTMLSelectElement): void {
    const option = select.selectedOptions[0];
    const label = this.querySelector(".button.primary > span");
    if (label && option?.dataset["send"]) label.textContent = option.dataset["send"];
    if (option?.dataset["limit"]) this.dataset["limit"] = option.dataset["limit"];
    this.#count();
  }

  /** Picked files go to the draft at once; where that fails they stay in the form and go with it. */
  async #keepFiles(input: HTMLInputElement): Promise<void> {
    const url = this.dataset["filesUrl"];
    if (!url || this.#files.files.length === 0) return;
    const body = new FormData();
    for (const file of this.#files.files) body.append("attachment", file);
    this.#say("Keeping the files…");
    const answer = await postForm(url, body).catch(() => undefined);
    if (!answer?.ok) return this.#say("The files are sent together with your answer.");
    this.#files = new DataTransfer();
    this.#showFiles(input);
    await this.#showKept(answer);
    this.#say("Files kept with the draft.");
  }

  async #showKept(answer: Response): Promise<void> {
    const list = this.querySelector<HTMLElement>("[data-kept]");
    if (list) list.innerHTML = await answer.text();
  }

  async #removeKept(button: HTMLButtonElement): Promise<void> {
    const answer = await postForm(button.formAction, new URLSearchParams()).catch(() => undefined);
    if (answer?.ok) await this.#showKept(answer);
    else this.#say("The file could not be taken out. Try again.");
  }

  #dropped(event: Event): void {
    const kept = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("[data-remove-file]") : null;
    if (kept) {
      event.preventDefault();
      void this.#removeKept(kept);
      return;
    }
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-drop]") : null;
    const input = this.querySelector<HTMLInputElement>('input[type="file"]');
    if (!button || !input) return;
    this.#files.items.remove(Number(button.dataset["drop"]));
    this.#showFiles(input);
    input.focus();
  }

  #showFiles(input: HTMLInputElement): void {
    input.files = this.#files.files;
    const list = this.querySelector<HTMLElement>("[data-picked]");
    if (!list) return;
    list.replaceChildren(...[...this.#files.files].map(fileLine));
    list.hidden = this.#files.files.length === 0;
  }
}

function fileLine(file: File, index: number): HTMLElement {
  const line = document.createElement("li");
  const name = Object.assign(document.createElement("bdi"), { className: "attachment-name", textContent: file.name });
  const bytes = Object.assign(document.createElement("span"), { className: "attachment-size", textContent: size(file.size) });
  const drop = Object.assign(document.createElement("button"), { type: "button", className: "button quiet", textContent: "×" });
  drop.dataset["drop"] = String(index);
  drop.setAttribute("aria-label", `Take ${file.name} out`);
  line.className = "attachment";
  line.append(name, bytes, drop);
  return line;
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

customElements.define("tt-composer", ComposerElement);
