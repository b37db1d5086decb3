// The styleguide, which the program does not serve: an example of the web crate shows it.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

export class Styleguide {
  /** The one that was just built where `TERTULIA_STYLEGUIDE` names it; else built now: one from before would show pieces of before. */
  static async start() {
    const shown = new Styleguide();
    shown.child = spawn(process.env.TERTULIA_STYLEGUIDE ?? Styleguide.#built(), ["0"], { stdio: ["ignore", "pipe", "inherit"] });
    const failed = once(shown.child, "error").then(([error]) => Promise.reject(error));
    const ended = once(shown.child, "exit").then(() => Promise.reject(new Error("the styleguide ended without a word")));
    // Once it has said where it is, its end is ours to decide.
    for (const promise of [failed, ended]) promise.catch(() => {});
    const line = once(createInterface(shown.child.stdout), "line");
    [shown.url] = await Promise.race([line, failed, ended]);
    return shown;
  }

  static #built() {
    const build = ["build", "--quiet", "--package", "tertulia-web", "--example", "styleguide"];
    const { status } = spawnSync("cargo", build, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    if (status !== 0) throw new Error(`cargo ${build.join(" ")} failed`);
    const target = process.env.CARGO_TARGET_DIR ? path.resolve(root, process.env.CARGO_TARGET_DIR) : path.join(root, "target");
    return path.join(target, "debug/examples/styleguide");
  }

  said() {
    return "";
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "exit");
    this.child.kill();
    await gone;
  }
}
