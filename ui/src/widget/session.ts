// Who this visitor is to the server: a token, got once, kept, renewed when the server no longer takes it.

import type { Keep } from "./storage";

export interface Session {
  token: string;
  visitor: string;
  named: boolean;
  name: string | null;
  resumed: boolean;
  ask_mail: boolean;
  away_text: string;
  text_limit: number;
}

/** The server answered, and said no. Anything else that goes wrong is the network, and is tried again. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(detail);
  }

  /** Whether the same request may be taken later. */
  get passing(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

export class Sessions {
  #session: Session | null = null;
  #asking: Promise<Session> | null = null;
  readonly #base: string;
  readonly #keep: Keep;
  /** The site's word on who its user is; null without one, and undefined until the site has spoken. */
  #identity: string | null | undefined;

  constructor(base: string, keep: Keep) {
    this.#base = base;
    this.#keep = keep;
  }

  /** The site has said who its user is. Only now may a session be opened. */
  begin(identity: string | null): void {
    this.#identity = identity;
  }

  get current(): Session | null {
    return this.#session;
  }

  /**
   * What is kept under a visitor's own name: a named one's words must not go out as another's on a shared computer.
   * Null until it is known who writes; from then on the same for as long as the page is open.
   */
  get scope(): string | null {
    if (this.#session?.named) return this.#session.visitor;
    return this.#identity === null ? "anonymous" : null;
  }

  open(): Promise<Session> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask(): Promise<Session> {
    if (this.#identity === undefined) throw new Error("The site has not yet said who its user is.");
    const session = await this.#askAs(this.#identity);
    this.#session = session;
    // Whose identity was not taken is no other visitor later on the same page.
    if (!session.named) this.#identity = null;
    // A named visitor's token is never kept: the site names them again on the next page, or no longer does.
    if (!session.named) this.#keep.set("token", session.token);
    return session;
  }

  async #askAs(identity: string | null): Promise<Session> {
    const kept = this.#keep.get("token");
    try {
      return (await post(`${this.#base}/session`, identity ? { identity } : {}, identity ? null : kept)) as Session;
    } catch (error) {
      if (!identity || !(error instanceof Refused) || error.passing) throw error;
      if (this.#session?.named) throw error;
      console.warn("Chat: the site's identity token was not taken.", error.detail);
      return this.#askAs(null);
    }
  }

  /** Posts as this visitor; once, with a new token, where the old one has ended. */
  async post(path: string, body: unknown): Promise<unknown> {
    const session = this.#session ?? (await this.open());
    try {
      return await post(this.#base + path, body, session.token);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      const renewed = await this.open();
      return post(this.#base + path, body, renewed.token);
    }
  }
}

async function post(url: string, body: unknown, token: string | null): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(20_000),
  });
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return answer;
  const detail = typeof answer === "object" && answer !== null && "detail" in answer ? String(answer.detail) : "";
  throw new Refused(response.status, detail);
}
