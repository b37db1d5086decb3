// Every screen on a phone and on a desk, in the light and in the dark: nothing serious for axe, nothing cut off.

export const timeout = 240_000;

const PASSWORD = "a quiet cup of coffee";
const SCREENS = {
  start: "/",
  inbox: "/inbox",
  listen: "/listen?q=Mercado",
  people: "/people",
  channels: "/channels",
  import: "/import",
  quarantine: "/quarantine",
  team: "/team",
};

async function conversation(app, page) {
  await page.goto(`${app.url}/inbox`);
  return page.locator("a[href^='/inbox/']", { hasText: "Joaquín Mena" }).first().getAttribute("href");
}

export default async function (t) {
  const app = await t.start({ demo: true, patience: 60_000 });
  const first = await t.page({ width: 1280, height: 860 });
  await first.goto(`${app.url}/sign-in`);
  await t.axe(first);
  await first.getByLabel(/e-mail/i).fill("ines@fuenteyflor.example");
  await first.getByLabel(/password/i).fill(PASSWORD);
  await first.getByRole("button", { name: /sign in/i }).click();
  await first.waitForURL(`${app.url}/`);
  const screens = { ...SCREENS, conversation: await conversation(app, first) };

  const looks = [
    { name: "desktop-light", width: 1280, height: 860, dark: false },
    { name: "desktop-dark", width: 1280, height: 860, dark: true },
    { name: "phone-light", width: 375, height: 760, dark: false },
    { name: "phone-dark", width: 375, height: 760, dark: true },
  ];
  for (const look of looks) {
    const page = await t.page({ ...look, as: first });
    for (const [name, path] of Object.entries(screens)) {
      await page.goto(`${app.url}${path}`);
      await page.waitForTimeout(300);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      t.ok(overflow <= 0, `${name} (${look.name}) is ${overflow} px wider than the screen`);
      await t.axe(page);
      await t.picture(`${name}-${look.name}`, page);
    }
  }
}
