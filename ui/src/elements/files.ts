/** Files on their way to a draft, one after the other: each is either kept on the server or goes with the form. */
export class Files {
  /** Being brought to the server, in their order. */
  uploading: File[] = [];
  /** Those that go with the form. */
  inForm: File[] = [];
  #settled: Promise<void> = Promise.resolve();

  constructor(
    /** Whether the server has it. */
    readonly keep: (file: File) => Promise<boolean>,
    readonly changed: () => void,
  ) {}

  add(file: File): void {
    this.uploading.push(file);
    this.changed();
    this.#settled = this.#settled.then(() => this.#bring(file));
  }

  async #bring(file: File): Promise<void> {
    const isKept = await this.keep(file).catch(() => false);
    this.uploading = this.uploading.filter((other) => other !== file);
    if (!isKept) this.inForm.push(file);
    this.changed();
  }

  /** Once none is on its way. */
  async settled(): Promise<void> {
    while (this.uploading.length > 0) await this.#settled;
  }
}
