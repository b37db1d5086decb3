// The first run: the organisation, its owner, and one goal, on a phone and without help; then it stands under Today.

const GOAL = "Everybody who writes to us has an answer within a day";

export default async function (t) {
  const app = await t.start();
  const page = await t.page({ width: 375, height: 760 });
  await page.goto(app.url);

  // What is missing is said at its place, and what was written is kept.
  await page.getByLabel("What is it called?").fill("Fuente & Flor");
  await page.getByLabel("Your name").fill("Inés Robledo");
  await page.getByLabel("Your e-mail").fill("ines@fuenteyflor.example");
  await page.getByLabel("A password").fill("short");
  await page.locator("form").first().evaluate((form) => (form.noValidate = true));
  await page.getByRole("button", { name: "Start listening" }).click();
  await t.sees(page, "Use at least 10 characters");
  await t.sees(page, "Write in one sentence");
  t.equal(await page.getByLabel("What is it called?").inputValue(), "Fuente & Flor", "what was written is kept");
  t.equal(await page.getByLabel("A password").inputValue(), "", "a password never comes back");
  // The caret stands in the first field that is wrong; above the form all of them are named and lead to their places.
  const caret = () => page.evaluate(() => document.activeElement?.id);
  t.equal(await caret(), "field-password");
  const told = page.getByRole("alert");
  t.match(await told.innerText(), /nothing was set up yet[^]*at least 10 characters[^]*Write in one sentence/);
  await told.getByRole("link", { name: /Write in one sentence/ }).click();
  t.equal(await caret(), "field-goal");
  await t.axe(page);
  await page.evaluate(() => scrollTo(0, 0));
  await t.picture("first-run-mistakes");

  await page.getByLabel("A password").fill("a quiet cup of coffee");
  await page.getByLabel("What should be better").fill(GOAL);
  await page.getByLabel("Where does it stand today?").fill("about half");
  await page.getByLabel("What do you hope for?").fill("nine of ten");
  const inHalfAYear = new Date(Date.now() + 182 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("By when?").fill(inHalfAYear);
  await page.getByRole("button", { name: "Start listening" }).click();
  await page.waitForURL(`${app.url}/`);
  for (const words of [GOAL, "about half", "nine of ten"]) await t.sees(page, words);
  await t.axe(page);
  await t.picture("first-run-done");

  // It is done once: whoever comes later has to sign in.
  const other = await t.page({ dark: true });
  await other.goto(`${app.url}/welcome`);
  t.ok(new URL(other.url()).pathname !== "/welcome", "nobody can set it up a second time");
  await other.goto(`${app.url}/sign-in`);
  await other.getByLabel(/e-mail/i).fill("ines@fuenteyflor.example");
  await other.getByLabel(/password/i).fill("a quiet cup of coffee");
  await other.getByRole("button", { name: /sign in/i }).click();
  await t.sees(other, GOAL);
  await t.picture("first-run-later", other);
}
