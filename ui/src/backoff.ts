// Waiting longer after each failure, a little differently for each visitor, so that a server that comes back is not
// met by all of them in the same second.

const LONGEST = 30_000;

export class Backoff {
  #failures = 0;

  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds until the next attempt. */
  next(chance = Math.random()): number {
    const most = Math.min(LONGEST, 1_000 * 2 ** this.#failures);
    this.#failures += 1;
    return most * (0.5 + chance / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}
