// <tt-composer data-draft-url data-key data-limit>: grows with the text, counts, keeps the draft on every device,
// shows what is attached. `data-key` is one member's own. Without this script it is a plain form that sends.
import { postForm } from "../http.ts";
import { Addressee } from "./addressee.ts";
import { Beside } from "./beside.ts";
import { countWords, spokenCount } from "./counting.ts";
import { Draft, type Desk, type Words } from "./draft.ts";
import { Files } from "./files.ts";
import { Sighted } from "./sighted.ts";

/** Fields that make up a draft; files are put to it as they are picked. */
const DRAFT_FIELDS = ["text", "subject", "from", "to", "cc", "bcc", "channel", "articles"];

class ComposerElement extends HTMLElement implements Desk {
  #draft: Draft | undefined;
  #files = new Files((file) => this.#keepFile(file), () => this.#showFiles());
  #controller = new AbortController();
  #addressee = new Addressee(this);
  #sighted: Sighted | undefined;

  connectedCallback(): void {
    const { form, text } = this;
    if (!form || !text) return;
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.#addressee = new Addressee(this);
    new Beside(this, signal);
    const draft = (this.#draft = new Draft(this, this.dataset["draftUrl"] ?? "", this.dataset["key"] ?? ""));
    draft.begin((this.dataset["taken"] ?? "").split(" "), this.#elsewhere());
    this.#shown();
    this.#sighted = Sighted.beside(this, signal);
    this.addEventListener("input", (event) => this.#changed(event), { signal });
    this.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("change", (event) => this.#picked(event), { signal });
    this.addEventListener("click", (event) => this.#dropped(event), { signal });
    form.addEventListener("submit", (event) => this.#waitForFiles(event), { signal, capture: true });
    form.addEventListener("submit", () => this.#markSeen(), { signal, capture: true });
    form.addEventListener("submit", (event) => this.#sent(event), { signal });
    addEventListener("pagehide", () => draft.leave(), { signal });
    // Back from the browser's memory after it was sent: how things stand now is on a new page.
    addEventListener("pageshow", (event) => event.persisted && draft.isSubmitted && location.reload(), { signal });
    addEventListener("online", () => draft.hurry(), { signal });
  }

  disconnectedCallback(): void {
    this.#draft?.stop();
    this.#controller.abort();
  }

  get form(): HTMLFormElement | null {
    return this.querySelector("form");
  }

  get text(): HTMLTextAreaElement | null {
    return this.querySelector<HTMLTextAreaElement>('textarea[name="text"]');
  }

  #hidden(name: string): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>(`input[type="hidden"][name="${name}"]`);
  }

  get key(): string {
    return this.#hidden("key")?.value ?? "";
  }

  set key(key: string) {
    const field = this.#hidden("key");
    if (field) field.value = key;
  }

  get base(): string {
    return this.#hidden("base")?.value ?? "";
  }

  set base(versions: string) {
    const field = this.#hidden("base");
    if (field) field.value = versions;
  }

  words(): Words {
    const words: Words = {};
    if (!this.form) return words;
    const data = new FormData(this.form);
    for (const name of DRAFT_FIELDS) {
      const value = data.get(name);
      // A form sends its line ends as CRLF; we keep texts with LF.
      if (typeof value === "string") words[name] = value.replaceAll("\r\n", "\n");
    }
    return words;
  }

  fill(words: Words): void {
    for (const [name, value] of Object.entries(words)) {
      const field = this.querySelector<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(`[name="${name}"]`);
      const isChoice = !field || (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value));
      if (!isChoice) field.value = value;
    }
    const recipients = this.querySelector<HTMLDetailsElement>(".composer-recipients");
    if (recipients && (words["cc"] || words["bcc"])) recipients.open = true;
    this.#shown();
  }

  #shown(): void {
    this.#addressee.show();
    this.#grow();
    this.#count();
  }

  #changed(event: Event): void {
    if (event.target === this.text || (event.target as HTMLInputElement).name === "to") this.#shown();
    if (DRAFT_FIELDS.includes((event.target as HTMLInputElement).name)) this.#draft?.changed();
  }

  /** What the server drew beside the draft, for its writer to decide on. */
  #elsewhere(): { version: string; text: string } | undefined {
    const over = this.#hidden("over");
    return over ? { version: over.value, text: this.querySelector("[data-elsewhere] blockquote")?.textContent ?? "" } : undefined;
  }

  offer(text: string, decide: (added: boolean) => void): void {
    const box = this.querySelector<HTMLElement>("[data-elsewhere]");
    const words = box?.querySelector("blockquote");
    if (!box || !words) return;
    words.textContent = text;
    box.hidden = false;
    const choices = { "[data-add]": true, "[data-leave]": false };
    for (const [selector, added] of Object.entries(choices)) {
      const button = box.querySelector<HTMLButtonElement>(selector);
      if (!button) continue;
      button.hidden = false;
      button.onclick = () => {
        box.hidden = true;
        this.#hidden("over")?.remove();
        decide(added);
        if (box.hidden) this.text?.focus();
      };
    }
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

  /** As the channel counts; said only when the end is near, and to those who listen by few and larger steps. */
  #count(): void {
    const limit = Number(this.dataset["limit"]);
    const [shown, spoken] = ["count", "spoken-count"].map((name) => this.querySelector<HTMLElement>(`[data-${name}]`));
    if (!limit || !this.text || !shown || !spoken) return;
    const counts = this.dataset["counts"] ?? "characters";
    const { words, over } = countWords(this.text.value, counts, limit);
    shown.classList.toggle("over", over);
    shown.textContent = words;
    const aloud = spokenCount(this.text.value, counts, limit);
    if (spoken.textContent !== aloud) spoken.textContent = aloud;
  }

  /** What never came into sight is not "seen": the server then asks before it sends. */
  #markSeen(): void {
    const [seen, shown] = [this.#hidden("seen"), this.#hidden("shown")];
    const told = this.#sighted?.told(BigInt(seen?.value || 0));
    if (!seen || !shown || !told) return;
    seen.value = String(told.seen);
    shown.value = told.shown.join(" ");
  }

  /** What is on its way to the draft goes with what is sent. */
  #waitForFiles(event: SubmitEvent): void {
    if (this.#files.uploading.length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.say("A moment: the files are still on their way.");
    void this.#files.settled().then(() => this.form?.requestSubmit(event.submitter));
  }

  #sent(event: SubmitEvent): void {
    this.#draft?.submitted(event.submitter?.hasAttribute("data-discard") ?? false);
    const buttons = this.querySelectorAll<HTMLButtonElement>('button[type="submit"]');
    const hold = (held: boolean) => {
      buttons.forEach((button) => (button.disabled = held));
      // What is typed now would be on no page and in no draft.
      if (this.text) this.text.readOnly = held;
    };
    // After the browser has taken the form, so that a second press can't send it twice.
    setTimeout(() => hold(true), 0);
    setTimeout(() => hold(false), 5000);
  }

  say(words: string): void {
    const status = this.querySelector<HTMLElement>("[data-status]");
    if (status) status.textContent = words;
  }

  #picked(event: Event): void {
    const input = event.target as HTMLInputElement;
    if (input.name === "channel") this.#wayChosen();
    if (input.type !== "file" || !input.files) return;
    const max = Number(input.dataset["maxBytes"]) || Infinity;
    for (const file of [...input.files]) {
      if (file.size > max) this.say(`${file.name} is too large for this channel (${size(file.size)}; ${size(max)} at most).`);
      else this.#files.add(file);
    }
    this.#showFiles();
  }

  /** The limit is that of the chosen way, and so is who can read it. */
  #wayChosen(): void {
    this.#addressee.wayChosen();
    const { limit, counts } = this.#addressee.way?.dataset ?? {};
    if (limit) this.dataset["limit"] = limit;
    if (counts) this.dataset["counts"] = counts;
    this.#count();
  }

  /** A picked file goes to the draft at once; where that fails it stays in the form and goes with it. */
  async #keepFile(file: File): Promise<boolean> {
    const url = this.dataset["filesUrl"];
    if (!url) return false;
    const body = new FormData();
    body.append("attachment", file);
    this.say("Keeping the files…");
    const answer = await postForm(url, body).catch(() => undefined);
    this.say(answer?.ok ? "Files kept with the draft." : "The files are sent together with your answer.");
    if (answer?.ok) await this.#showKept(answer);
    return answer?.ok ?? false;
  }

  async #showKept(answer: Response): Promise<void> {
    const list = this.querySelector<HTMLElement>("[data-kept]");
    if (list) list.innerHTML = await answer.text();
  }

  async #removeKept(button: HTMLButtonElement): Promise<void> {
    const buttons = () => [...this.querySelectorAll<HTMLButtonElement>("[data-remove-file]")];
    const place = buttons().indexOf(button);
    const answer = await postForm(button.formAction, new URLSearchParams()).catch(() => undefined);
    if (!answer?.ok) return this.say("The file could not be taken out. Try again.");
    await this.#showKept(answer);
    // Who goes by keys stands where they stood: at the next one, or at what attaches.
    const next = buttons()[place] ?? buttons().at(-1) ?? this.querySelector<HTMLElement>('input[type="file"]');
    next?.focus();
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
    this.#files.inForm.splice(Number(button.dataset["drop"]), 1);
    this.#showFiles();
    input.focus();
  }

  #showFiles(): void {
    const input = this.querySelector<HTMLInputElement>('input[type="file"]');
    const list = this.querySelector<HTMLElement>("[data-picked]");
    const { inForm, uploading } = this.#files;
    if (!input || !list) return;
    const carried = new DataTransfer();
    for (const file of inForm) carried.items.add(file);
    input.files = carried.files;
    list.replaceChildren(...inForm.map((file, index) => fileLine(file, dropButton(file, index))), ...uploading.map((file) => fileLine(file)));
    list.hidden = list.children.length === 0;
  }
}

function fileLine(file: File, ...more: HTMLElement[]): HTMLElement {
  const line = document.createElement("li");
  const name = Object.assign(document.createElement("bdi"), { className: "attachment-name", textContent: file.name });
  const bytes = Object.assign(document.createElement("span"), { className: "attachment-size", textContent: size(file.size) });
  line.className = "attachment";
  line.append(name, bytes, ...more);
  return line;
}

function dropButton(file: File, index: number): HTMLElement {
  const drop = Object.assign(document.createElement("button"), { type: "button", className: "button quiet", textContent: "×" });
  drop.dataset["drop"] = String(index);
  drop.setAttribute("aria-label", `Take ${file.name} out`);
  return drop;
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

customElements.define("tt-composer", ComposerElement);
