// A fresh Tertulia on a free loopback port, in a folder of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

// When this process is killed outright, the pipe closes, `read` fails, and the server goes with us.
const KEEPER = 'read -r word || kill -KILL "$1" 2>/dev/null; rm -rf "$2"';

export class Server {
  /**
   * Starts the program and waits until it says that it is ready. `demo`: with what the demo's people said; "lived": with what
   * its team made of it as well.
   */
  static async start(binary, { demo = false, env = {}, args = [], patience = 30_000 } = {}) {
    const dir = await mkdtemp(path.join(os.tmpdir(), "tertulia-e2e-"));
    const server = new Server(binary, dir, await freePort(), { demo, env, args, patience });
    try {
      await server.#run();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  constructor(binary, dir, port, options) {
    Object.assign(this, { binary, dir, port, options, url: `http://127.0.0.1:${port}`, log: "" });
  }

  /** What it has printed so far. */
  said() {
    return this.log;
  }

  /** Kills it outright, as a power cut would. */
  async crash() {
    await this.#end("SIGKILL");
  }

  /** Starts it again after `crash`, on the same port and folder. */
  async restart() {
    await this.#run();
  }

  /** Ends it and removes its folder. */
  async stop() {
    await this.#end("SIGTERM");
    await this.#dismissKeeper();
    await rm(this.dir, { recursive: true, force: true });
  }

  async #run() {
    const { demo, args, env } = this.options;
    // Nothing of ours but what is named here: the settings of whoever runs the tests must not change them.
    const inherited = Object.fromEntries(["PATH", "LANG", "TMPDIR"].map((name) => [name, process.env[name]]));
    const settings = { TERTULIA_LISTEN: `127.0.0.1:${this.port}`, HOME: this.dir };
    const command = demo === "lived" ? ["demo"] : demo ? ["demo", "--bare"] : ["serve"];
    this.child = spawn(this.binary, [...command, ...args], {
      cwd: this.dir,
      env: { ...inherited, ...settings, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const child = this.child;
    child.once("error", (error) => (this.log += `${error.message}\n`));
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (this.log += chunk));
    if (child.pid !== undefined) this.#guard();
    await this.#ready();
  }

  async #dismissKeeper() {
    const { keeper } = this;
    if (keeper === undefined || keeper.exitCode !== null || keeper.signalCode !== null) return;
    const gone = once(keeper, "exit");
    // Whoever stops it a second time waits for the same end.
    if (keeper.stdin.writable) keeper.stdin.end("done\n");
    await gone;
  }

  #guard() {
    const former = this.keeper;
    this.keeper = spawn("sh", ["-c", KEEPER, "keeper", String(this.child.pid), this.dir], {
      detached: true,
      cwd: "/",
      stdio: ["pipe", "ignore", "ignore"],
    });
    // The former one would remove the folder, which is still wanted.
    former?.kill("SIGKILL");
  }

  async #ready() {
    const end = Date.now() + this.options.patience;
    while (Date.now() < end) {
      if (this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null) {
        await sleep(50);
        throw new Error(`${path.basename(this.binary)} ended before it was ready:\n${this.log}`);
      }
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(50);
    }
    throw new Error(`/readyz did not answer within ${this.options.patience} ms:\n${this.log}`);
  }

  async #end(signal) {
    const child = this.child;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(late);
  }
}

export async function freePort() {
  const listener = net.createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}
