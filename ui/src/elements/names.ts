// <tt-names data-names='["Ana"]'>: a text field in which `@` and some letters offer the names of colleagues. Arrows choose, Enter
// or Tab takes, Esc puts away. What is typed waits in this tab while another page is open. Without this script the name is typed
// out, and means the same.

import { keepTyped } from "./kept.ts";
import { asked, offers } from "./naming.ts";

let lists = 0;

class NamesElement extends HTMLElement {
  #controller = new AbortController();
  #list = document.createElement("ul");
  #said = document.createElement("span");
  #names: string[] = [];
  #offered: string[] = [];
  #chosen = 0;

  connectedCallback(): void {
    const { field } = this;
    if (!field) return;
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.#unfold(field, keepTyped(field, signal));
    this.#names = JSON.parse(this.dataset["names"] || "[]") as string[];
    if (this.#names.length === 0) return;
    this.#list.id = `names-${++lists}`;
    this.#list.className = "names-list menu";
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", "Colleagues");
    this.#list.hidden = true;
    this.#said.className = "unseen";
    this.#said.setAttribute("role", "status");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.#list.id);
    field.after(this.#list, this.#said);
    field.addEventListener("input", () => this.#look(), { signal });
    field.addEventListener("click", () => this.#look(), { signal });
    field.addEventListener("keydown", (event) => this.#key(event), { signal });
    field.addEventListener("blur", () => this.#put(), { signal });
    // The field keeps the focus while a name is pressed.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault(), { signal });
    this.#list.addEventListener("click", (event) => this.#pressed(event), { signal });
  }

  /** Whoever opens the fold wants to type; words that waited in it are shown, and the caret stays where it is. */
  #unfold(field: HTMLTextAreaElement, isGiven: boolean): void {
    const fold = this.closest("details");
    if (!fold) return;
    let isShown = isGiven && !fold.open;
    if (isShown) fold.open = true;
    const opened = () => {
      if (fold.open && !isShown) field.focus();
      isShown = false;
    };
    fold.addEventListener("toggle", opened, { signal: this.#controller.signal });
  }

  disconnectedCallback(): void {
    this.#controller.abort();
    this.#list.remove();
    this.#said.remove();
  }

  get field(): HTMLTextAreaElement | null {
    return this.querySelector("textarea");
  }

  #look(): void {
    const { field } = this;
    const found = field && field.selectionStart === field.selectionEnd ? asked(field.value, field.selectionStart) : undefined;
    const offered = found ? offers(this.#names, found.letters) : [];
    if (offered.length === 0) return this.#put();
    this.#offered = offered;
    this.#chosen = 0;
    this.#draw();
    this.#said.textContent = offered.length === 1 ? `${offered[0]}: Enter takes it` : `${offered.length} colleagues: arrows choose, Enter takes`;
  }

  #draw(): void {
    this.#list.replaceChildren(
      ...this.#offered.map((name, n) => {
        const item = document.createElement("li");
        item.id = `${this.#list.id}-${n}`;
        item.className = "menu-item";
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(n === this.#chosen));
        const words = document.createElement("bdi");
        words.textContent = name;
        item.append(words);
        return item;
      }),
    );
    this.#list.hidden = false;
    this.field?.setAttribute("aria-activedescendant", `${this.#list.id}-${this.#chosen}`);
    this.#list.children[this.#chosen]?.scrollIntoView({ block: "nearest" });
  }

  #put(): void {
    this.#list.hidden = true;
    this.#offered = [];
    this.#said.textContent = "";
    this.field?.removeAttribute("aria-activedescendant");
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.closest("form")?.requestSubmit();
      return;
    }
    if (this.#offered.length === 0) return;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined) {
      this.#chosen = (this.#chosen + step + this.#offered.length) % this.#offered.length;
      this.#draw();
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
      this.#take(this.#chosen);
    } else if (event.key === "Escape") {
      this.#put();
      event.stopPropagation();
    } else {
      return;
    }
    event.preventDefault();
  }

  #pressed(event: Event): void {
    const item = event.target instanceof Element ? event.target.closest("li") : null;
    const place = item ? [...this.#list.children].indexOf(item) : -1;
    if (place >= 0) this.#take(place);
  }

  #take(place: number): void {
    const { field } = this;
    const name = this.#offered[place];
    const found = field && asked(field.value, field.selectionStart);
    if (!field || !found || name === undefined) return;
    field.setRangeText(`@${name} `, found.at, field.selectionStart, "end");
    this.#put();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("tt-names", NamesElement);
