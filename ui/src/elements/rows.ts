// A live list of rows whose places say their order (`data-place="at.id"`, the newest first) fetches only those rows that
// something happened to, and keeps the others as they stand.

/** More at once are fetched as the whole list: the server gives so many alone. */
export const MOST_ALONE = 20;
/** What a live list shows at most, as the server does. */
const MOST_SHOWN = 120;
/** Not all that shows in a row is told as happening to it: now and then the whole list is fetched. */
const WHOLE_EVERY_MS = 30_000;

export interface Row {
  id: string;
  place: string;
  html: string;
}

/** What happened to a list since it was fetched: to a few of its rows, or to more than that. */
export class Happened {
  #rows = new Set<string>();
  // What happened while a list was on its way here was not heard of.
  #more = true;
  #wholeAt = -Infinity;

  to(row: string): void {
    this.#rows.add(row);
  }

  toMore(): void {
    this.#more = true;
  }

  /** The rows to fetch alone; none where the whole list is to be fetched. */
  take(now = performance.now()): string[] {
    const isWhole = this.#more || this.#rows.size > MOST_ALONE || now - this.#wholeAt > WHOLE_EVERY_MS;
    const rows = isWhole ? [] : [...this.#rows];
    if (isWhole) this.#wholeAt = now;
    this.#rows.clear();
    this.#more = false;
    return rows;
  }
}

/** An id is longer than what a number holds. */
const numbers = (place: string) => place.split(".").map(BigInt);

function newestFirst(one: Row, other: Row): number {
  const [[at = 0n, id = 0n], [otherAt = 0n, otherId = 0n]] = [numbers(one.place), numbers(other.place)];
  return Number(otherAt - at) || (otherId > id ? 1 : -1);
}

/** The list `shown` after the rows `asked` were fetched anew: those that did not come back stand in it no more. */
export function withRows(shown: Row[], asked: string[], fresh: Row[]): Row[] {
  const kept = shown.filter((row) => !asked.includes(row.id));
  return [...kept, ...fresh].sort(newestFirst).slice(0, MOST_SHOWN);
}

export function rowsIn(parent: ParentNode): Row[] {
  const rows = [...parent.querySelectorAll<HTMLElement>(":scope > [data-place]")];
  return rows.map((row) => ({ id: row.id.replace("row-", ""), place: row.dataset["place"] ?? "", html: row.outerHTML }));
}

/** The rows in an answer. */
export function rowsOf(html: string): Row[] {
  return rowsIn(new DOMParser().parseFromString(html, "text/html").body);
}
