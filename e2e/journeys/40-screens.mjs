// Every screen on a phone and on a desk, in the light and in the dark: nothing serious for axe, nothing cut off.

import { lookAtFile, signIn, untilFound } from "../lib/steps.mjs";

export const timeout = 420_000;

const SCREENS = {
  today: "/",
  month: "/today/month",
  figures: "/figures?days=90",
  "figure-cases": "/figures/answered?days=90",
  goals: "/goals",
  "goal-new": "/goals/new",
  outcomes: "/goals/outcomes",
  scorecard: "/settings/scorecard",
  others: "/others",
  "other-new": "/others/new",
  opinions: "/insights/opinions",
  triangulation: "/insights/triangulation?days=365",
  invite: "/insights/invite",
  labels: "/insights/labels",
  label: "/insights/labels/question",
  inbox: "/inbox",
  closed: "/inbox?state=closed",
  "by-hand": "/by-hand",
  drafts: "/inbox?state=drafts",
  listen: "/listen?q=Mercado",
  monitors: "/listen/monitors",
  "monitor-new": "/listen/monitors/new?q=coffee",
  coverage: "/listen/coverage?days=30",
  people: "/people",
  feedback: "/feedback",
  "feedback-new": "/feedback/new",
  changes: "/feedback/changes",
  "change-new": "/feedback/changes/new",
  "know-how": "/know-how",
  "know-how-new": "/know-how/new",
  "know-how-asked": "/know-how/asked",
  "saved-replies": "/know-how/replies",
  "saved-reply-new": "/know-how/replies/new",
  channels: "/channels",
  "channel-kinds": "/channels/new",
  import: "/import",
  quarantine: "/quarantine",
  team: "/team",
  invite: "/team/new",
  key: "/team/keys/new",
  settings: "/settings",
  account: "/account",
};

const LOOKS = [
  { name: "desktop-light", width: 1280, height: 860, dark: false, axe: true },
  { name: "phone-dark", width: 375, height: 760, dark: true, axe: true },
  // Each colour and each layout has been through axe above.
  { name: "desktop-dark", width: 1280, height: 860, dark: true, axe: false },
  { name: "phone-light", width: 375, height: 760, dark: false, axe: false },
  // A desk at 200 %, a phone turned sideways.
  { name: "low", width: 640, height: 360, dark: false, axe: false },
];

export default async function (t) {
  const app = await t.start({ demo: true, patience: 60_000 });
  const first = await t.page({ width: 1280, height: 860 });
  await first.goto(`${app.url}/sign-in`);
  await t.axe(first);
  await signIn(app, first);
  const screens = { ...SCREENS, ...(await screensOfSomething(app, first)) };
  await opensWhatIsFolded(t, app, first, screens);
  // What looks the same is looked at by two at once, on the machine's two cores.
  for (const pair of [LOOKS.slice(0, 2), LOOKS.slice(2, 4), LOOKS.slice(4)]) {
    await Promise.all(pair.map((look) => looksAtAll(t, app, first, look, screens)));
  }
}

/** Screens that are about one thing: their addresses are found as a reader finds them. */
async function screensOfSomething(app, page) {
  const found = {};
  const follow = async (name, from, link) => {
    await page.goto(`${app.url}${from}`);
    found[name] = await link.first().getAttribute("href");
  };
  await follow("one-channel", "/inbox", page.locator("#channel-menu a[href*='channel=']"));
  await follow("conversation", "/inbox", page.locator("a[href^='/inbox/']", { hasText: "Joaquín Mena" }));
  await follow("person", found.conversation, page.locator(".conversation-title a"));
  await follow("thread", "/listen?q=Mercado", page.locator("a[href^='/listen/thread/']"));
  await follow("channel", "/channels", page.locator(".channel-card a[href^='/channels/']"));
  await page.goto(`${app.url}/channels/new`);
  for (const kind of await page.locator("#main a[href^='/channels/new/']").evaluateAll((all) => all.map((a) => a.pathname))) {
    found[`channel-${kind.split("/").pop()}`] = kind;
  }
  await follow("import-report", "/import", page.locator("article a[href^='/import/']"));
  await follow("member", "/team", page.locator("td a, th a").nth(1));
  await page.goto(`${app.url}/import`);
  await lookAtFile(page, "old forum.csv", "when,who,said\n2024-05-03 09:00,Olga,The grinder hums\n2024-05-03,Ana,a,b\n");
  const { pathname, search } = new URL(page.url());
  const monitor = await watchFor(app, page, "coffee OR café OR kaffee");
  return { ...found, mapping: pathname + search, monitor };
}

/** Saves a monitor; gives its address. */
async function watchFor(app, page, query) {
  await page.goto(`${app.url}/listen/monitors/new`);
  await page.getByLabel("What to look for").fill(query);
  await page.getByRole("button", { name: "Save" }).click();
  await untilFound(page);
  return new URL(page.url()).pathname;
}

/** What shows only once it is opened: menus, dialogs, folds. */
async function opensWhatIsFolded(t, app, page, screens) {
  for (const name of ["conversation", "channel", "mapping", "monitor"]) {
    await page.goto(`${app.url}${screens[name]}`);
    await page.locator("#main details").evaluateAll((folds) => folds.forEach((fold) => (fold.open = true)));
    await t.axe(page);
    for (const menu of await page.locator("[popover]").all()) {
      await menu.evaluate((menu) => menu.showPopover());
      await t.axe(page);
      await menu.evaluate((menu) => menu.hidePopover());
    }
    for (const dialog of await page.locator("dialog").all()) {
      await dialog.evaluate((dialog) => dialog.showModal());
      await t.axe(page);
      await dialog.evaluate((dialog) => dialog.close());
    }
  }
}

async function looksAtAll(t, app, first, look, screens) {
  const page = await t.page({ ...look, as: first });
  for (const [name, path] of Object.entries(screens)) {
    const answer = await page.goto(`${app.url}${path}`);
    t.equal(answer.status(), 200, `${name} is there`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    t.ok(overflow <= 0, `${name} (${look.name}) is ${overflow} px wider than the screen`);
    const held = await page.evaluate(heldHeight);
    t.ok(held <= look.height * 0.75, `${name} (${look.name}) holds ${held} px of ${look.height} on the screen`);
    if (look.axe) await t.axe(page);
    await t.picture(`${name}-${look.name}`, page);
  }
}

/** How much of the height is taken by what does not move away when one scrolls. In the browser. */
function heldHeight() {
  const isHeld = (element) => ["fixed", "sticky"].includes(getComputedStyle(element).position) && element.checkVisibility();
  const wide = (element) => element.getBoundingClientRect().width > innerWidth / 3;
  const held = [...document.querySelectorAll("body *")].filter((element) => isHeld(element) && wide(element));
  const outermost = held.filter((element) => !held.some((other) => other !== element && other.contains(element)));
  return outermost.reduce((sum, element) => sum + element.getBoundingClientRect().height, 0);
}
