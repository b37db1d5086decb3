// Whom an answer goes to and how, as the composer's head and its button say it: they follow what stands in "To", so that
// no name is ever above another one's address.

export class Addressee {
  readonly #composer: HTMLElement;
  /** The way that was chosen until now. */
  #way: HTMLElement | undefined;
  #sending: string | undefined;

  constructor(composer: HTMLElement) {
    this.#composer = composer;
    this.show();
  }

  /** The element that says what is so on the chosen way. */
  get way(): HTMLElement | undefined {
    const select = this.#composer.querySelector<HTMLSelectElement>('select[name="channel"]');
    return select?.selectedOptions[0] ?? this.#composer.querySelector<HTMLElement>("[data-way]") ?? undefined;
  }

  get #to(): HTMLInputElement | null {
    return this.#composer.querySelector<HTMLInputElement>('input[name="to"]');
  }

  /** Another way has an address of its own; what its writer put there stays. */
  wayChosen(): void {
    const [before, now, to] = [this.#way, this.way, this.#to];
    if (to && now?.dataset["to"] !== undefined && to.value.trim() === before?.dataset["to"]) to.value = now.dataset["to"];
    this.show();
  }

  show(): void {
    const { way } = this;
    const head = this.#composer.querySelector<HTMLElement>("bdi[data-addressee]");
    const label = this.#composer.querySelector(".button.primary > span");
    this.#way = way;
    if (!way) return;
    const said = saidOf(way.dataset, this.#to?.value.trim());
    // A forward names nobody in its head.
    if (head) setText(head, said.addressee);
    if (head) setText(way, said.label);
    // As it was drawn it may ask once more, "Send all the same": that stands until something changes.
    if (label && this.#sending !== undefined && this.#sending !== said.send) label.textContent = said.send;
    this.#sending = said.send;
    this.#tell(way.dataset);
  }

  /** Who can read it, or that nothing is sent; and what the other buttons are for. */
  #tell(way: DOMStringMap): void {
    for (const note of this.#composer.querySelectorAll<HTMLElement>("[data-note]")) note.hidden = note.dataset["note"] !== (way["note"] ?? "");
    const close = this.#composer.querySelector<HTMLElement>(".composer-close");
    if (close) setText(close, way["close"] ?? "Send and close");
    const theirs = this.#composer.querySelector<HTMLElement>("[data-theirs]");
    if (theirs) theirs.hidden = way["note"] !== "written";
  }
}

/** What is said of a way, where `to` stands in the field, if there is one. */
export function saidOf(way: DOMStringMap, to: string | undefined): { addressee: string; label: string; send: string } {
  const isProposed = to === undefined || way["to"] === undefined || to === way["to"];
  if (isProposed) return { addressee: way["addressee"] ?? "", label: way["label"] ?? "", send: way["send"] ?? "" };
  return { addressee: to || "nobody yet", label: way["plainLabel"] ?? "", send: way["plainSend"] ?? "" };
}

function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
