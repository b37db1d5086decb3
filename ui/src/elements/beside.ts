// What stands beside an answer while it is written: the articles that fit, put in by a tap or Alt and their number, and
// the saved replies, by "/" or their button. It never takes the caret by itself.
import { postForm } from "../http.ts";

const PAUSE_MS = 500;
/** What a saved reply leaves to be filled in by hand. */
const GAP = /\{\s*(?:first[ _]name|name|member|organisation|day|date)\s*(?:\|[^{}\n]*)?\}/i;

/** The composer, as far as it is needed here. */
export interface Page extends HTMLElement {
  readonly text: HTMLTextAreaElement | null;
  say(words: string): void;
}

export class Beside {
  readonly #page: Page;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  #asked: string | undefined;
  #listing: AbortController | undefined;
  /** The place for which an answer was held back: it may be meant so. */
  #heldFor: string | undefined;
  /** Whether the menu was opened by a "/", which is typed after all where nothing is chosen. */
  #bySlash = false;

  constructor(page: Page, signal: AbortSignal) {
    this.#page = page;
    page.addEventListener("input", (event) => this.#typed(event), { signal });
    page.addEventListener("click", (event) => this.#clicked(event), { signal });
    page.addEventListener("keydown", (event) => this.#key(event), { signal });
    page.querySelector("form")?.addEventListener("submit", (event) => this.#holdBack(event), { signal, capture: true });
    signal.addEventListener("abort", () => this.#stop());
    const opener = page.querySelector<HTMLElement>("[data-saved-open]");
    if (opener) opener.hidden = false;
    this.#showGaps();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#listing?.abort();
  }

  get #saved(): HTMLElement | null {
    return this.#page.querySelector<HTMLElement>("[data-saved]");
  }

  get #search(): HTMLInputElement | null {
    return this.#page.querySelector<HTMLInputElement>("[data-saved-search]");
  }

  #typed(event: Event): void {
    if (event.target === this.#search) return this.#later(() => this.#list());
    if (event.target !== this.#page.text) return;
    this.#showGaps();
    this.#later(() => this.#find());
  }

  #later(act: () => Promise<unknown>): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void act(), PAUSE_MS);
  }

  async #find(): Promise<void> {
    const box = this.#page.querySelector<HTMLElement>("[data-beside]");
    const list = box?.querySelector<HTMLElement>("[data-found]");
    const text = this.#page.text?.value ?? "";
    if (!box || !list || text === this.#asked) return;
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    const answer = await postForm(box.dataset["beside"] ?? "", new URLSearchParams({ text }), { signal: running.signal }).catch(() => undefined);
    // Who goes by keys stands in the list: it changes when they have left it.
    if (!answer?.ok || running.signal.aborted || list.contains(document.activeElement)) return;
    const html = await answer.text();
    if (running.signal.aborted) return;
    this.#asked = text;
    const before = titles(list);
    list.innerHTML = html;
    const status = box.querySelector("[data-beside-status]");
    const count = list.children.length;
    if (status && titles(list) !== before) status.textContent = count === 0 ? "" : count === 1 ? "1 article fits" : `${count} articles fit`;
  }

  #clicked(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    const put = target?.closest<HTMLButtonElement>("[data-put]");
    const choice = target?.closest<HTMLElement>("[data-saved-text]");
    if (put) {
      event.preventDefault();
      this.#put(put);
    } else if (choice) this.#choose(choice);
    else if (target?.closest("[data-saved-open]")) void this.#toggle();
    else if (target?.closest("[data-saved-close]")) this.#close();
    else if (target?.closest("[data-gaps] button")) this.#goToGap();
  }

  #put(button: HTMLButtonElement): void {
    const articles = this.#page.querySelector<HTMLInputElement>('input[name="articles"]');
    if (articles && !articles.value.split(" ").includes(button.value)) articles.value = `${articles.value} ${button.value}`.trim();
    this.#insert(asParagraph(this.#page.text, button.dataset["text"] ?? ""));
    this.#page.say("Put in. Ctrl+Z takes it out again.");
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const nth = /^Digit([1-3])$/.exec(event.code)?.[1];
    if (nth && event.altKey && !event.ctrlKey && !event.metaKey) {
      const put = this.#page.querySelectorAll<HTMLButtonElement>("[data-put]")[Number(nth) - 1];
      if (!put) return;
      event.preventDefault();
      this.#put(put);
    } else if (event.key === "/" && event.target === this.#page.text) this.#slash(event);
    else if (this.#saved?.contains(event.target as Node)) this.#menuKey(event);
  }

  /** At the beginning of a word, where there is a reply to choose. */
  #slash(event: KeyboardEvent): void {
    const { text } = this.#page;
    if (!text || event.ctrlKey || event.metaKey || event.altKey || this.#saved?.dataset["any"] === undefined) return;
    const before = text.value.slice(0, text.selectionStart);
    if (before && !/\s$/.test(before)) return;
    event.preventDefault();
    void this.#open(true);
  }

  async #toggle(): Promise<void> {
    if (this.#saved?.hidden) await this.#open(false);
    else this.#close();
  }

  async #open(bySlash: boolean): Promise<void> {
    const [saved, search] = [this.#saved, this.#search];
    if (!saved || !search) return;
    this.#bySlash = bySlash;
    search.value = "";
    saved.hidden = false;
    this.#page.querySelector("[data-saved-open]")?.setAttribute("aria-expanded", "true");
    search.focus();
    await this.#list();
  }

  #close(): void {
    const saved = this.#saved;
    if (!saved || saved.hidden) return;
    saved.hidden = true;
    this.#page.querySelector("[data-saved-open]")?.setAttribute("aria-expanded", "false");
    this.#page.text?.focus();
  }

  /** Whether what was asked for stands there now. */
  async #list(): Promise<boolean> {
    const [saved, search] = [this.#saved, this.#search];
    const list = saved?.querySelector<HTMLElement>("[data-saved-list]");
    if (!saved || !search || !list) return false;
    const url = new URL(saved.dataset["saved"] ?? "", location.href);
    url.searchParams.set("q", search.value);
    this.#listing?.abort();
    const listing = (this.#listing = new AbortController());
    const answer = await fetch(url, { credentials: "same-origin", signal: listing.signal }).catch(() => undefined);
    const html = answer?.ok ? await answer.text().catch(() => undefined) : undefined;
    // Other words were typed meanwhile: a tap must not take what stands there for these.
    if (listing.signal.aborted) return false;
    if (html !== undefined) list.innerHTML = html;
    else list.textContent = "The saved replies could not be fetched. Try again.";
    return html !== undefined;
  }

  #menuKey(event: KeyboardEvent): void {
    const choices = [...(this.#saved?.querySelectorAll<HTMLElement>("[data-saved-text]") ?? [])];
    const at = choices.indexOf(event.target as HTMLElement);
    const inSearch = event.target === this.#search;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      const isTyped = this.#bySlash && this.#search?.value === "";
      this.#close();
      if (isTyped) this.#insert("/");
    } else if (event.key === "/" && inSearch && this.#bySlash && this.#search?.value === "") {
      event.preventDefault();
      this.#close();
      this.#insert("/");
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      if (next < 0) this.#search?.focus();
      else choices[Math.min(next, choices.length - 1)]?.focus();
    } else if (event.key === "Enter" && inSearch) {
      // The composer's first button would send.
      event.preventDefault();
      clearTimeout(this.#timer);
      void this.#list().then((stands) => stands && this.#chooseFirst());
    }
  }

  #chooseFirst(): void {
    const first = this.#saved?.querySelector<HTMLElement>("[data-saved-text]");
    if (first && !this.#saved?.hidden) this.#choose(first);
  }

  #choose(choice: HTMLElement): void {
    const words = choice.dataset["savedText"] ?? "";
    this.#close();
    this.#insert(words);
    if (GAP.test(words)) this.#goToGap();
  }

  /** Where the caret is, so that it can be taken back as if it had been typed. */
  #insert(words: string): void {
    const { text } = this.#page;
    if (!text) return;
    text.focus();
    const isTyped = document.execCommand("insertText", false, words);
    if (!isTyped) {
      text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  #gap(): RegExpExecArray | null {
    return GAP.exec(this.#page.text?.value ?? "");
  }

  #showGaps(): void {
    const line = this.#page.querySelector<HTMLElement>("[data-gaps]");
    if (!line) return;
    const gap = this.#gap();
    if ((gap?.[0] ?? "") === (line.dataset["gap"] ?? "")) return;
    this.#heldFor = undefined;
    this.#page.querySelector('input[name="as_it_is"]')?.remove();
    line.dataset["gap"] = gap?.[0] ?? "";
    line.hidden = !gap;
    line.replaceChildren();
    if (gap) line.append("Still to be filled in: ", gapButton(gap[0]));
  }

  #goToGap(): void {
    const gap = this.#gap();
    const { text } = this.#page;
    if (!gap || !text) return;
    text.focus();
    text.setSelectionRange(gap.index, gap.index + gap[0].length);
  }

  /** An answer with a place that nobody filled in is held back once; who presses again means it so. */
  #holdBack(event: SubmitEvent): void {
    const isSent = !event.submitter?.hasAttribute("formaction");
    const gap = this.#gap();
    const line = this.#page.querySelector("[data-gaps]");
    if (!isSent || !gap || !line) return;
    const form = this.#page.text?.form;
    if (this.#heldFor === gap[0] && form) {
      if (!form.querySelector('input[name="as_it_is"]')) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "as_it_is", value: "yes" }));
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#heldFor = gap[0];
    // In the line of the gaps, which no news of the draft takes over.
    line.replaceChildren("Fill in ", gapButton(gap[0]), " first. If it is meant so, press again to send it as it is.");
    this.#goToGap();
  }
}

function gapButton(gap: string): HTMLButtonElement {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button link" });
  button.append(Object.assign(document.createElement("mark"), { textContent: gap }));
  return button;
}

function titles(list: HTMLElement): string {
  return [...list.querySelectorAll(".beside-title")].map((title) => title.textContent).join("\n");
}

/** An article stands in paragraphs of its own. */
function asParagraph(text: HTMLTextAreaElement | null, words: string): string {
  const before = text?.value.slice(0, text.selectionStart) ?? "";
  const after = text?.value.slice(text.selectionEnd) ?? "";
  const above = before.trim() === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const below = after.trim() === "" || after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  return above + words + below;
}
