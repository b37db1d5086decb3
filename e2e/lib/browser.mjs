// Debian's Chromium, driven by playwright-core.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

export const INSTALL = "apt-get install chromium";

export function findChromium() {
  const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return [process.env.TERTULIA_CHROMIUM, ...places].find((place) => place && existsSync(place));
}

export function launch(executablePath) {
  return chromium.launch({
    executablePath,
    headless: true,
    // Chromium's sandbox refuses root, which is what a build container runs as.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // A page of ours that needs another host than itself is broken: here it shows.
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ],
  });
}
