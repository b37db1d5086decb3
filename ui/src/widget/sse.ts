// Server-sent events out of a stream of text (HTML Standard §9.2.6). `EventSource` cannot send a token in a header, and
// one in the address would stand in every log on the way.

export interface ServerEvent {
  event: string;
  data: string;
  id: string;
}

export class SseParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #id = "";

  /** The events that `text` completes; a piece may end anywhere, even between CR and LF. */
  push(text: string): ServerEvent[] {
    const found: ServerEvent[] = [];
    this.#rest += text;
    for (;;) {
      const line = this.#line();
      if (line === null) return found;
      if (line !== "") this.#field(line);
      else if (this.#data.length > 0) found.push(this.#finish());
      else this.#event = "";
    }
  }

  #line(): string | null {
    const end = this.#rest.search(/[\r\n]/);
    if (end < 0) return null;
    const carriage = this.#rest[end] === "\r";
    if (carriage && end + 1 === this.#rest.length) return null;
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + (carriage && this.#rest[end + 1] === "\n" ? 2 : 1));
    return line;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
  }

  #finish(): ServerEvent {
    const event = { event: this.#event || "message", data: this.#data.join("\n"), id: this.#id };
    this.#event = "";
    this.#data = [];
    return event;
  }
}
