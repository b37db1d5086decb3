// A fresh installation is alive, and leads whoever comes first to the first-run page.

export default async function (t) {
  const app = await t.start();
  const health = await fetch(`${app.url}/healthz`);
  t.equal(health.status, 200, "/healthz answers");
  const page = await t.page();
  await page.goto(`${app.url}/`);
  t.equal(new URL(page.url()).pathname, "/welcome", "the first visitor is led to the first-run page");
  await t.axe(page);
}
