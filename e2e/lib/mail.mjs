// Real mail servers on loopback, started by the test kit's `with-mail`, and a customer who writes to and reads from them.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const INSTALL = "apt-get install dovecot-imapd dovecot-lmtpd opensmtpd";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** The tool beside the program under test; built where it is not there yet. */
function withMail(binary) {
  const beside = path.join(path.dirname(binary), "with-mail");
  if (existsSync(beside)) return beside;
  const build = ["build", "--quiet", "--package", "tertulia-testkit", "--bin", "with-mail"];
  spawnSync("cargo", build, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const target = process.env.CARGO_TARGET_DIR ? path.resolve(root, process.env.CARGO_TARGET_DIR) : path.join(root, "target");
  return path.join(target, "debug/with-mail");
}

export class Mail {
  /** Running servers; nothing where they are not installed. */
  static async start(binary) {
    const script = 'echo "${TERTULIA_TEST_MAIL:-none}"; exec cat >/dev/null';
    const child = spawn(withMail(binary), ["sh", "-c", script], { stdio: ["pipe", "pipe", "inherit"] });
    const failed = once(child, "error").then(([error]) => Promise.reject(error));
    // What comes before is how a missing server is told.
    const answer = (async () => {
      for await (const line of createInterface(child.stdout)) if (line === "none" || line.startsWith("{")) return line;
      throw new Error("with-mail ended without a word");
    })();
    const said = await Promise.race([answer, failed]);
    const mail = new Mail();
    mail.child = child;
    if (said !== "none") return Object.assign(mail, JSON.parse(said));
    await mail.stop();
    return undefined;
  }

  /** The servers end with the pipe that they were started with, however we end. */
  async stop() {
    const gone = once(this.child, "exit");
    this.child.stdin.end();
    await gone;
  }

  /** Somebody sends a mail by SMTP (RFC 5321). `headers` are the lines above the text. */
  async send({ from, to, headers, text }) {
    const dialog = await Dialog.open(this.smtp);
    const final = (line) => /^\d{3} /.test(line);
    await dialog.until(final);
    const body = [...headers, "", ...text.split("\n").map((line) => line.replace(/^\./, ".."))].join("\r\n");
    for (const words of ["EHLO localhost", `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, "DATA", `${body}\r\n.`, "QUIT"]) {
      const answer = await dialog.say(words, final);
      if (!/^[23]/.test(answer.at(-1))) throw new Error(`${words.slice(0, 60)}: ${answer.at(-1)}`);
    }
    dialog.close();
  }

  /** All mails in somebody's inbox, as one text (IMAP, RFC 9051). */
  async box(name) {
    const dialog = await Dialog.open(this.imap);
    await dialog.until((line) => line.startsWith("* OK"));
    const tagged = (tag) => (line) => line.startsWith(`${tag} `);
    await dialog.say(`a LOGIN ${name} ${this.password}`, tagged("a"));
    await dialog.say("b SELECT INBOX", tagged("b"));
    const lines = await dialog.say("c FETCH 1:* BODY.PEEK[]", tagged("c"));
    dialog.close();
    return lines.join("\n");
  }
}

/** A conversation in lines. */
class Dialog {
  static async open(port) {
    const dialog = new Dialog();
    dialog.socket = net.connect(port, "127.0.0.1");
    await once(dialog.socket, "connect");
    dialog.lines = createInterface(dialog.socket)[Symbol.asyncIterator]();
    return dialog;
  }

  async say(words, isLast) {
    this.socket.write(`${words}\r\n`);
    return this.until(isLast);
  }

  async until(isLast) {
    const heard = [];
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) throw new Error(`the server hung up after: ${heard.at(-1) ?? "nothing"}`);
      heard.push(value);
      if (isLast(value)) return heard;
    }
  }

  close() {
    this.socket.destroy();
  }
}
