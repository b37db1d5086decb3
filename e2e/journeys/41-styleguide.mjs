// Every component in all its states, on a phone and on a desk, in the light and in the dark: what no screen of the demo
// happens to show is looked at here.

const SAMPLES = ["components", "inbox", "conversation", "today", "sign-in"];

const LOOKS = [
  { name: "desktop-light", width: 1280, height: 860, dark: false },
  { name: "desktop-dark", width: 1280, height: 860, dark: true },
  { name: "phone-light", width: 375, height: 760, dark: false },
  { name: "phone-dark", width: 375, height: 760, dark: true },
];

export default async function (t) {
  const guide = await t.styleguide();
  for (const look of LOOKS) {
    const page = await t.page(look);
    for (const sample of SAMPLES) {
      const answer = await page.goto(`${guide.url}?page=${sample}`);
      t.equal(answer.status(), 200, `${sample} is there`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      t.ok(overflow <= 0, `${sample} (${look.name}) is ${overflow} px wider than the screen`);
      await t.axe(page);
      await t.picture(`styleguide-${sample}-${look.name}`, page, { whole: sample === "components" });
    }
    await page.close();
  }
  // Turned round, for who reads from the right.
  const page = await t.page(LOOKS[0]);
  await page.goto(`${guide.url}?page=inbox&lang=ar`);
  t.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
  await t.axe(page);
  await t.picture("styleguide-inbox-from-the-right", page);
}
