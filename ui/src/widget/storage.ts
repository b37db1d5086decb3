// What the page keeps between visits, by channel. Many browsers give an embedded page no storage (a private window,
// blocked third-party cookies): then the site around it is asked to keep it, and without one it lasts as long as the page.

import type { Kept } from "./frame-messages";

export class Keep {
  readonly #prefix: string;
  readonly #memory = new Map<string, string>();
  readonly #storage: Storage | null;

  constructor(
    channel: string,
    storage: Storage | null = browserStorage(),
    /** Asks the site around us to keep something, or to forget it. */
    readonly lend: (name: string, value: string | null) => void = () => undefined,
  ) {
    this.#prefix = `tertulia:${channel}:`;
    this.#storage = storage;
  }

  /** What the site kept for us. Our own storage knows better, where we have one. */
  takeBack(kept: Kept): void {
    if (this.#storage) return;
    for (const [name, value] of Object.entries(kept)) this.#memory.set(name, value);
  }

  get(name: string): string | null {
    const remembered = this.#memory.get(name);
    if (remembered !== undefined) return remembered;
    try {
      return this.#storage?.getItem(this.#prefix + name) ?? null;
    } catch {
      return null;
    }
  }

  set(name: string, value: string): void {
    try {
      if (!this.#storage) throw new Error("This browser keeps nothing.");
      this.#storage.setItem(this.#prefix + name, value);
      this.#memory.delete(name);
    } catch {
      // Full or forbidden: it lasts as long as the page. Only then is it held here, since another tab may change the
      // storage, and what it took away must not come back.
      this.#memory.set(name, value);
      if (!this.#storage) this.lend(name, value);
    }
  }

  remove(name: string): void {
    this.#memory.delete(name);
    if (!this.#storage) this.lend(name, null);
    try {
      this.#storage?.removeItem(this.#prefix + name);
    } catch {
      // It was never kept there.
    }
  }

  /** The names that begin with `start`. */
  names(start: string): string[] {
    const names = new Set([...this.#memory.keys()]);
    for (const key of Object.keys(this.#storage ?? {})) {
      if (key.startsWith(this.#prefix)) names.add(key.slice(this.#prefix.length));
    }
    return [...names].filter((name) => name.startsWith(start));
  }
}

function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
