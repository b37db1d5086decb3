// The chat inside its frame: puts the parts together.

import { Composer } from "./composer";
import { type Host, meetHost } from "./host";
import { Log } from "./log";
import { MailCard } from "./mail-card";
import { Outbox } from "./outbox";
import { type Session, Sessions } from "./session";
import { Keep } from "./storage";
import { type ChatMessage, isLater, Stream, type StreamListener } from "./stream";
import { languageFor, type Strings } from "./strings";

/** How often the page says that somebody is there; the server forgets them after 100 s. */
const SIGN_EVERY = 30_000;
/** A page that nobody has looked at for so long no longer says it, so that answers go on by e-mail. */
const HIDDEN_FOR = 5 * 60_000;
const AWAY_AFTER = 60_000;
/** A blip that mends itself is not worth a word. */
const LOST_AFTER = 4_000;

function part<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found as T;
}

class Chat implements StreamListener {
  readonly #base = location.pathname.replace(/\/frame\/?$/, "");
  readonly #keep = new Keep(this.#base, undefined, (name, value) => this.#host.say({ tertulia: "keep", name, value }));
  readonly #words: Strings;
  readonly #host: Host;
  readonly #log: Log;
  readonly #sessions: Sessions;
  readonly #outbox: Outbox;
  readonly #composer: Composer;
  readonly #mail: MailCard;
  #stream: Stream | null = null;
  #open = false;
  #started = false;
  #caughtUp = false;
  readonly #unread = new Set<string>();
  #lastSeq = "";
  #lookedAt = Date.now();
  #lost: ReturnType<typeof setTimeout> | undefined;
  #away: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    const language = languageFor(navigator.languages);
    this.#words = language.strings;
    document.documentElement.lang = language.code;
    document.documentElement.dir = language.direction;
    this.#paint();
    this.#sessions = new Sessions(this.#base, this.#keep);
    const allowed = (document.documentElement.dataset["origins"] ?? "").split(" ");
    this.#host = meetHost([location.origin, ...allowed], (message) => {
      if (message.tertulia === "hello") {
        if (!this.#started) this.#keep.takeBack(message.kept);
        this.#begin(message.identity, message.open, message.focus);
      } else this.#toggle(message.tertulia === "open", message.focus);
    });
    const post = (path: string, body: unknown) => this.#sessions.post(path, body);
    const scope = () => this.#sessions.scope;
    this.#log = new Log(part("log"), this.#words, language.tag, {
      retry: (id) => this.#retry(id),
      discard: (id) => this.#discard(id),
    });
    this.#outbox = new Outbox(this.#keep, scope, post, {
      sent: (id) => this.#sent(id),
      delayed: (id) => this.#log.state(id, "delayed"),
      failed: (id, detail) => {
        if (detail) console.warn("Chat:", detail);
        this.#log.state(id, "failed");
      },
    });
    this.#composer = new Composer(
      part("composer"), part("text"), part("counter"), part("send"), this.#words, this.#keep, scope,
      (text) => this.#say(text),
    );
    const parts = {
      card: part<HTMLFormElement>("mail"), field: part<HTMLInputElement>("mail-address"), problem: part("mail-problem"),
      later: part<HTMLButtonElement>("mail-later"), link: part<HTMLButtonElement>("mail-link"),
    };
    this.#mail = new MailCard(parts, this.#words, this.#keep, scope, post, (address) => {
      this.#log.note("mail-saved", this.#words.mailSaved(address));
    });
    this.#listen();
    if (this.#host.embedded) this.#host.say({ tertulia: "ready" });
    else this.#begin(null, true, true);
  }

  /** The page comes with English words; what the reader reads is in theirs. */
  #paint(): void {
    for (const element of document.querySelectorAll<HTMLElement>("[data-word]")) {
      element.textContent = this.#words[element.dataset["word"] as "send"];
    }
    for (const element of document.querySelectorAll<HTMLElement>("[data-label]")) {
      const word = this.#words[element.dataset["label"] as "close"];
      element.setAttribute("aria-label", word);
      if (element instanceof HTMLTextAreaElement) element.placeholder = word;
    }
    const { colour, ink } = document.documentElement.dataset;
    if (colour && ink) {
      document.documentElement.style.setProperty("--shop", colour);
      document.documentElement.style.setProperty("--on-shop", ink);
    }
  }

  #listen(): void {
    const close = part<HTMLButtonElement>("close");
    close.hidden = !this.#host.embedded;
    close.addEventListener("click", () => this.#host.say({ tertulia: "close" }));
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) this.#host.say({ tertulia: "close" });
    });
    part("newer").addEventListener("click", () => this.#log.toEnd());
    part("log").addEventListener("scroll", () => this.#read(), { passive: true });
    addEventListener("online", () => this.#hurry());
    addEventListener("pageshow", (event) => event.persisted && this.#stream?.renew());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      // A computer that slept, or a page put aside: its connection may be dead without knowing.
      if (Date.now() - this.#lookedAt > SIGN_EVERY) this.#stream?.renew();
      this.#hurry();
      this.#sign();
      this.#read();
    });
    setInterval(() => this.#sign(), SIGN_EVERY);
  }

  /** Gets the session, and tries until it has one: the words that the visitor writes meanwhile wait. */
  #begin(identity: string | null, open: boolean, focus: boolean): void {
    if (this.#started) return;
    this.#started = true;
    this.#sessions.begin(identity);
    const attempt = () => {
      this.#sessions.open().then(
        (session) => this.#meet(session),
        () => {
          this.connection("lost");
          setTimeout(attempt, 5_000);
        },
      );
    };
    attempt();
    this.#toggle(open, focus);
  }

  #meet(session: Session): void {
    this.connection("open");
    this.#composer.begin(session.text_limit);
    this.#mail.begin(session.ask_mail);
    for (const waiting of this.#outbox.waiting()) this.#log.showWaiting(waiting);
    this.#log.toEnd();
    void this.#outbox.flush();
    // Who has never said anything has nothing to hear, and costs no open connection.
    if (session.named || this.#keep.get("talked") !== null) this.#listenLive();
    else this.caughtUp();
  }

  #listenLive(): void {
    this.#stream ??= new Stream(this.#base, this.#sessions, this);
    this.#stream.start();
  }

  #say(text: string): void {
    const waiting = this.#outbox.add(text);
    this.#log.showWaiting(waiting);
    this.#log.toEnd();
  }

  #sent(id: string): void {
    this.#log.state(id, "sent");
    this.#keep.set("talked", "1");
    this.#host.say({ tertulia: "talked" });
    this.#mail.ask();
    this.#listenLive();
    const away = this.#sessions.current?.away_text;
    if (away) this.#away ??= setTimeout(() => this.#log.note("away", away), AWAY_AFTER);
  }

  #retry(id: string): void {
    this.#log.state(id, "sending");
    this.#outbox.retry(id);
  }

  #discard(id: string): void {
    this.#outbox.discard(id);
    this.#log.remove(id);
    this.#composer.focus();
  }

  message(message: ChatMessage): void {
    if (message.direction === "theirs") this.#outbox.discard(message.id);
    this.#log.show(message);
    if (this.#lastSeq === "" || isLater(message.seq, this.#lastSeq)) this.#lastSeq = message.seq;
    if (message.direction === "ours") this.#answered(message);
    if (!this.#caughtUp) this.#log.toEnd();
    this.#read();
  }

  #answered(message: ChatMessage): void {
    clearTimeout(this.#away);
    const read = this.#keep.get(`read:${this.#sessions.scope}`) ?? "";
    if (isLater(message.seq, read)) this.#unread.add(message.id);
  }

  removed(id: string): void {
    this.#log.remove(id);
    this.#unread.delete(id);
    this.#read();
  }

  caughtUp(): void {
    this.#caughtUp = true;
    // Only now are new words read aloud: not the whole past at once.
    part("log").setAttribute("aria-live", "polite");
  }

  connection(state: "open" | "lost" | "ended"): void {
    const line = part("connection");
    if (state !== "lost") {
      clearTimeout(this.#lost);
      this.#lost = undefined;
    }
    if (state === "open") {
      line.textContent = "";
      void this.#outbox.flush();
    } else if (state === "ended") {
      line.textContent = this.#words.ended;
      this.#composer.end();
    } else {
      this.#lost ??= setTimeout(() => (line.textContent = this.#words.offline), LOST_AFTER);
    }
  }

  #toggle(open: boolean, focus: boolean): void {
    this.#open = open;
    if (open) {
      this.#log.toEnd();
      if (focus) this.#composer.focus();
    }
    this.#read();
  }

  /** What is on the screen before somebody's eyes is read; the rest is counted on the launcher. */
  #read(): void {
    const seen = this.#open && !document.hidden && this.#log.isAtEnd;
    part("newer").hidden = !(this.#open && !this.#log.isAtEnd && this.#unread.size > 0);
    if (seen && this.#lastSeq) {
      this.#unread.clear();
      this.#keep.set(`read:${this.#sessions.scope}`, this.#lastSeq);
    }
    this.#host.say({ tertulia: "unread", count: this.#unread.size });
  }

  #hurry(): void {
    this.#outbox.hurry();
    this.#stream?.hurry();
  }

  #sign(): void {
    if (!document.hidden) this.#lookedAt = Date.now();
    if (this.#stream && Date.now() - this.#lookedAt < HIDDEN_FOR) {
      this.#sessions.post("/here", {}).catch(() => undefined);
    }
  }
}

new Chat();
