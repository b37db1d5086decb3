#!/usr/bin/env node
// Stands in for the program when the harness itself is tested: the same commands and addresses, four small pages.

import http from "node:http";

const [host, port] = process.env.TERTULIA_LISTEN.split(":");
const page = (body) => `<!doctype html><html lang="en"><head><title>Stand-in</title></head><body><main>${body}</main></body></html>`;
const pages = {
  "/healthz": "ok",
  "/readyz": "ready",
  "/welcome": page(`<h1>Welcome</h1><p>Started as ${process.argv[2]} ${process.env.GREETING ?? ""}</p>`),
  "/hard": page('<h1>Hard to use</h1><img src="data:,"><input>'),
  "/broken": page("<h1>Broken</h1><script>throw new Error('on purpose')</script>"),
};

if (process.env.REFUSE) {
  console.error("the stand-in refuses to start");
  process.exit(2);
}
http
  .createServer((request, response) => {
    const body = pages[request.url];
    if (request.url === "/") return response.writeHead(303, { location: "/welcome" }).end();
    if (!body) return response.writeHead(404).end();
    const policy = request.url === "/broken" ? "default-src 'unsafe-inline'" : "default-src 'self'; img-src data:";
    response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy }).end(body);
  })
  .listen(Number(port), host, () => console.log(`pid ${process.pid}\nIt listens on http://${host}:${port}`));
