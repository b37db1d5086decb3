// Which of their messages were on the screen. What a page held and nobody scrolled to was not read, whatever the server knows of
// pages; nor was what came while an answer was written. The composer tells both when it sends.

/** A message of theirs that is to be looked for, and whether it was on the screen. */
export interface Sight {
  id: bigint;
  shown: boolean;
}

/** Up to which message all were shown, and which of those after it were shown all the same. */
export function told(sights: Sight[], newest: bigint): { seen: bigint; shown: bigint[] } {
  const missed = sights.filter(({ shown }) => !shown).map(({ id }) => id);
  const first = missed.reduce<bigint | undefined>((least, id) => (least === undefined || id < least ? id : least), undefined);
  // In the order in which they came: what came late may stand further up than what came before it.
  const last = sights.reduce((most, { id }) => (id > most ? id : most), newest);
  if (first === undefined) return { seen: last, shown: [] };
  const seen = first - 1n;
  return { seen, shown: sights.filter(({ id, shown }) => shown && id > seen).map(({ id }) => id) };
}

/** What is to be looked for: neither answered nor asked about, and new on this page, or missed on one before it in this tab. */
export function isLookedFor(id: bigint, known: bigint, settled: bigint, missed: Set<string>): boolean {
  return id > settled && (id > known || missed.has(String(id)));
}

/** How all that is not settled is told: what is not looked for counts as shown. */
export function sights(ids: bigint[], known: bigint, settled: bigint, missed: Set<string>, shown: Set<string>): Sight[] {
  const one = (id: bigint) => ({ id, shown: !isLookedFor(id, known, settled, missed) || shown.has(String(id)) });
  return ids.filter((id) => id > settled).map(one);
}

/** As much of a message as makes it read: a line, or all of a smaller one. */
const A_LINE = 24;

export class Sighted {
  readonly #composer: HTMLElement;
  readonly #known: bigint;
  readonly #settled: bigint;
  readonly #kept: string;
  readonly #missed: Set<string>;
  readonly #shown = new Set<string>();
  #isDue = false;

  static beside(composer: HTMLElement, signal: AbortSignal): Sighted | undefined {
    return composer.dataset["known"] === undefined ? undefined : new Sighted(composer, signal);
  }

  private constructor(composer: HTMLElement, signal: AbortSignal) {
    this.#composer = composer;
    this.#known = BigInt(composer.dataset["known"] || 0);
    this.#settled = BigInt(composer.dataset["settled"] || 0);
    this.#kept = `missed:${composer.dataset["key"] ?? ""}`;
    this.#missed = new Set((sessionStorage.getItem(this.#kept) ?? "").split(" ").filter(Boolean));
    const options = { signal, passive: true, capture: true };
    for (const event of ["scroll", "resize"]) addEventListener(event, () => this.#due(), options);
    document.addEventListener("visibilitychange", () => this.#due(), { signal });
    addEventListener("pagehide", () => this.#keep(), { signal });
    const stream = document.querySelector("[data-open-at-end]");
    if (stream) {
      const observer = new MutationObserver(() => this.#due());
      observer.observe(stream, { childList: true });
      signal.addEventListener("abort", () => observer.disconnect());
    }
    this.#due();
  }

  /** What the server is told when an answer is sent. */
  told(newest: bigint): { seen: bigint; shown: bigint[] } {
    this.#look();
    return told(this.#sights(), newest);
  }

  #messages(): { id: bigint; element: HTMLElement }[] {
    const all = document.querySelectorAll<HTMLElement>("[data-open-at-end] .message.theirs[data-seq]");
    return [...all].map((element) => ({ id: BigInt(element.dataset["seq"] ?? 0), element }));
  }

  #sights(): Sight[] {
    const ids = this.#messages().map(({ id }) => id);
    return sights(ids, this.#known, this.#settled, this.#missed, this.#shown);
  }

  /** Once a frame, however much scrolls; after letters and places have settled. */
  #due(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      this.#isDue = false;
      this.#look();
    }));
  }

  #look(): void {
    if (document.hidden) return;
    const edge = (this.#composer.closest(".conversation-foot") ?? this.#composer).getBoundingClientRect().top;
    // What scrolled under the head is as far from sight as what lies below.
    const head = Math.max(document.querySelector(".conversation-head")?.getBoundingClientRect().bottom ?? 0, 0);
    for (const { id, element } of this.#messages()) {
      if (this.#shown.has(String(id)) || !isLookedFor(id, this.#known, this.#settled, this.#missed)) continue;
      const { top, bottom, height } = element.getBoundingClientRect();
      const inSight = Math.min(bottom, edge) - Math.max(top, head);
      if (inSight >= Math.min(height, A_LINE)) this.#shown.add(String(id));
    }
  }

  #keep(): void {
    const missed = this.#sights().filter(({ shown }) => !shown).map(({ id }) => String(id));
    if (missed.length > 0) sessionStorage.setItem(this.#kept, missed.join(" "));
    else sessionStorage.removeItem(this.#kept);
  }
}
