/**
 * Work that is asked for again and again. After a quiet time it begins at once; asked while it runs, or within `pause`
 * after it last began, it is done once more, however often it was asked: no sooner than `pause` after that beginning, and
 * never beside itself.
 */
export class Burst {
  #began = -Infinity;
  #running = false;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly work: () => Promise<void>,
    private readonly pause: number,
  ) {}

  ask(): void {
    if (this.#running) this.#again = true;
    else if (this.#timer === undefined) this.#beginInTime();
  }

  #beginInTime(): void {
    const wait = this.#began + this.pause - performance.now();
    if (wait <= 0) void this.#run();
    else this.#timer = setTimeout(() => void this.#run(), wait);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#began = performance.now();
    this.#running = true;
    this.#again = false;
    try {
      await this.work();
    } finally {
      this.#running = false;
      if (this.#again) this.#beginInTime();
    }
  }
}
