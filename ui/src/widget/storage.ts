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
    try {
      const kept = this.#storage?.getItem(this.#prefix + name);
      if (kept != null) return kept;
    } catch {
      // Read from memory below.
    }
    return this.#memory.get(name) ?? null;
  }

  set(name: string, value: string): void {
    this.#memory.set(name, value);
    try {
      this.#storage?.setItem(this.#prefix + name, value);
    } catch {
      // Full or forbidden: it stays in memory.
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
