// A fresh installation is alive and ready, and leads whoever comes first to the first-run page.

export default async function (t) {
  const app = await t.start();
  for (const [path, words] of [["/healthz", "ok"], ["/readyz", "ready"]]) {
    const answer = await fetch(`${app.url}${path}`);
    t.equal(answer.status, 200, `${path} answers`);
    t.equal((await answer.text()).trim(), words);
  }
  t.match(app.said(), new RegExp(`listens on ${app.url}`), "it says where it listens");
  const page = await t.page();
  await page.goto(`${app.url}/`);
  t.equal(new URL(page.url()).pathname, "/welcome", "the first visitor is led to the first-run page");
  await t.axe(page);
}
