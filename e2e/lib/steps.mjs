// Steps that several journeys take.

export const PASSWORD = "a quiet cup of coffee";
/** The demo's owner. */
export const OWNER = "ines@fuenteyflor.example";

export async function signIn(app, page, { mail = OWNER, password = PASSWORD } = {}) {
  await page.goto(`${app.url}/sign-in`);
  await page.getByLabel(/e-mail/i).fill(mail);
  await page.getByLabel(/password/i).fill(password);
  await page.getByRole("button", { name: /sign in/i }).click();
  await page.waitForURL(`${app.url}/`);
}

/** Sets an empty installation up, from whatever page leads there; ends on Today. */
export async function firstRun(app, page) {
  await page.goto(app.url);
  await page.getByLabel("What is it called?").fill("Fuente & Flor");
  await page.getByLabel("Your name").fill("Inés Robledo");
  await page.getByLabel("Your e-mail").fill(OWNER);
  await page.getByLabel("A password").fill(PASSWORD);
  await page.getByLabel("What should be better").fill("Everybody is answered within a day.");
  await page.getByLabel("Where does it stand").fill("About half");
  await page.getByLabel("What do you hope for").fill("Nine of ten");
  await page.getByLabel("By when?").fill("2099-03-31");
  await page.getByRole("button", { name: "Start listening" }).click();
  await page.waitForURL(`${app.url}/`);
}

/** Chooses a file on the Import screen and looks at it. */
export async function lookAtFile(page, name, text) {
  await page.locator('input[name="file"]').setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Look at it" }).click();
  await page.waitForURL(/\/import\/map/);
}

/** Waits until a monitor has found something in what was heard before it; the page itself says so and is loaded anew. */
export async function untilFound(page) {
  const found = page.locator(".mention").first();
  const news = page.getByRole("link", { name: "Show them" });
  await found.or(news).first().waitFor();
  if (!(await found.isVisible())) await news.click();
  await found.waitFor();
}
