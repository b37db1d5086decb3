const REST = 5;
const MOST_APART_MS = 2000;

/**
 * Work that is asked for again and again. After a quiet time it begins at once; asked while it runs, or within `pause`
 * after it last began, it is done once more, however often it was asked: no sooner than `pause` after that beginning, and
 * never beside itself. What takes long is done less often: it is at work a fifth of the time at most, so that a server with
 * much to do is not asked for more by everybody who waits for it.
 */
export class Burst {
  #began = -Infinity;
  #took = 0;
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
    const apart = Math.max(this.pause, Math.min(REST * this.#took, MOST_APART_MS));
    const wait = this.#began + apart - performance.now();
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
      this.#took = performance.now() - this.#began;
      if (this.#again) this.#beginInTime();
    }
  }
}
