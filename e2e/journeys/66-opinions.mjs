// Who answers alike: a ballot is made, a file of votes is looked at before it is taken, the map is drawn and its table says the
// same, what all agree on stands first, what few have seen is said to be so; the file is taken back; on a phone in the dark, by
// keyboard, and without a script.

import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signIn } from "../lib/steps.mjs";

export const timeout = 180_000;

const STATEMENTS = ["Light the paths", "Ban dogs", "Close at night", "More benches", "Charge a fee", "Rent boats", "Plant trees", "A café"];

/** Twenty people of two minds about six statements; all want trees, and few were asked about the café. */
function votes() {
  const rows = ["participant,statement,vote"];
  for (let person = 0; person < 20; person += 1) {
    for (let statement = 1; statement <= 6; statement += 1) {
      rows.push(`p${person},${statement},${statement <= 3 === (person % 2 === 0) ? "agree" : "disagree"}`);
    }
    rows.push(`p${person},7,yes`);
    if (person < 6) rows.push(`p${person},8,1`);
  }
  rows.push("p1,3,perhaps so");
  return `${rows.join("\n")}\n`;
}

export default async function (t) {
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  await makesABallot(t, app, page);
  const address = page.url();
  await bringsVotes(t, page);
  await readsTheMap(t, page, address);
  const phone = await t.page({ width: 375, height: 760, as: page, dark: true });
  await phone.goto(address);
  await t.sees(phone, "make 2 groups");
  await t.axe(phone);
  await t.picture("opinions-phone", phone, { whole: true });
  const plain = await t.page({ width: 1024, height: 800, as: page, javascript: false });
  await readsWithoutAScript(t, plain, address);
  await takesItBack(t, page, address);
}

async function makesABallot(t, app, page) {
  await page.goto(`${app.url}/insights`);
  await page.getByRole("link", { name: "Opinion groups", exact: true }).press("Enter");
  await t.sees(page, "No ballot yet");
  await t.axe(page);
  await t.picture("opinions-empty", page, { whole: true });
  await page.getByLabel("What do people vote on?").fill("How should the park change?");
  await page.getByLabel(/^Statements, a line each/).fill(STATEMENTS.join("\n"));
  await page.getByRole("button", { name: "Make it" }).press("Enter");
  await page.waitForURL(/\/insights\/opinions\/\d+$/);
  await t.sees(page, "Nobody has voted yet.");
  await t.axe(page);
}

async function bringsVotes(t, page) {
  const file = join(tmpdir(), `votes-${process.pid}.csv`);
  await writeFile(file, votes());
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Look at it" }).press("Enter");
  await t.sees(page, "147 rows: 146 votes on 8 statements by 20 people.");
  await t.sees(page, "“perhaps so” is no vote");
  await t.axe(page);
  await t.picture("opinions-file", page, { whole: true });
  const sides = page.getByRole("group", { name: "Where votes are numbers" }).getByRole("radio");
  await sides.nth(1).check();
  await page.getByRole("button", { name: "Look again" }).press("Enter");
  await t.until("it is looked at anew", async () => sides.nth(1).isChecked());
  await t.sees(page, "80 agree, 66 disagree, 0 pass.");
  await sides.nth(0).check();
  await page.getByRole("button", { name: "Take it" }).press("Enter");
  await t.sees(page, "146 votes are taken");
  await t.axe(page);
  await page.getByRole("link", { name: "To the map" }).press("Enter");
}

async function readsTheMap(t, page, address) {
  await page.waitForURL(address);
  await t.sees(page, "20 people gave 146 votes on 8 statements and make 2 groups.");
  await t.sees(page, "Most of all: “Plant trees”");
  await t.sees(page, "One statement was seen by fewer than 15 people");
  const chart = page.locator("[data-chart] canvas");
  await t.until("the map is drawn", async () => (await chart.count()) === 1);
  await page.getByText("All statements as a table").press("Enter");
  await page.getByRole("columnheader", { name: "Group A, agree" }).waitFor();
  await t.axe(page);
  await t.picture("opinions-map", page, { whole: true });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Take this along as a table (CSV)" }).click(),
  ]);
  const table = await readFile(await download.path(), "utf8");
  if (!table.includes("agreed across groups") || table.includes("p17")) throw new Error(`the table says: ${table}`);
}

async function readsWithoutAScript(t, page, address) {
  await page.goto(address);
  await t.sees(page, "make 2 groups");
  await page.getByText("All statements as a table").click();
  await page.getByRole("columnheader", { name: "Saw it", exact: true }).waitFor();
  await page.getByRole("link", { name: "Statements", exact: true }).click();
  await t.sees(page, "Plant trees");
}

async function takesItBack(t, page, address) {
  await page.goto(address);
  await page.getByRole("button", { name: /^Take it back/ }).press("Enter");
  await t.sees(page, "It is taken back.");
  await t.sees(page, "Nobody has voted yet.");
}
