// What the page keeps between visits, by channel. A browser may forbid it; then it lasts as long as the page.

export class Keep {
  readonly #prefix: string;
  readonly #memory = new Map<string, string>();
  readonly #storage: Storage | null;

  constructor(channel: string, storage: Storage | null = browserStorage()) {
    this.#prefix = `tertulia:${channel}:`;
    this.#storage = storage;
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
    }
  }

  remove(name: string): void {
    this.#memory.delete(name);
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
