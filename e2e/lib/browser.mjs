// Debian's Chromium, driven by playwright-core.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

export const INSTALL = "apt-get install chromium";

export function findChromium() {
  const named = process.env.TERTULIA_CHROMIUM;
  const places = named ? [named] : ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return places.find((place) => existsSync(place));
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
