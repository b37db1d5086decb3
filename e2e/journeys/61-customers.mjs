// A list of customers is looked at, taken and read; whoever wrote from an address of it is a customer, as they say; a member
// corrects what the list says and undoes it; organisations become one and are parted; a segment narrows people, the inbox
// and what is asked for, and Figures say how many of it have an answer; an item says how many would ask if those who ask were made up as the customers are.

import { signIn } from "../lib/steps.mjs";

export const timeout = 180_000;

const LIST = [
  "Customer number;Name;E-mail;Segment;Region;Company;Customer since;Seats",
  "1;Lucía Montalbán;LUCIA@lanoria.example;Wholesale;North;La Noria;2023-03-01;12",
  "2;Never Heard;never@heard.example;Retail;South;;2024-05-09;1",
  "3;Nobody Known;nobody at all;Retail;South;;;1",
].join("\n");

export default async function (t) {
  // Its people keep silent, so that the newest message stays the newest.
  const app = await t.start({ demo: true, args: ["--speed", "0.01"], patience: 60_000 });
  const page = await t.page({ width: 1280, height: 860 });
  await signIn(app, page);
  const { name, mail, href } = await somebody(app, page);
  await isEmpty(t, app, page);
  await bringsAList(t, app, page, LIST.replace("Lucía Montalbán", name).replace("LUCIA@lanoria.example", mail.toUpperCase()));
  await isACustomer(t, app, page, href);
  await corrects(t, page, href);
  await belongs(t, app, page, href);
  await keepsASegment(t, app, page, name);
  await weighs(t, app, page, href);
  const phone = await t.page({ width: 375, height: 760, as: page, dark: true });
  await readsOnAPhone(t, app, phone, href);
}

/** Somebody who wrote by mail. */
async function somebody(app, page) {
  await page.goto(`${app.url}/people?q=correo.example`);
  const all = await page.locator(".person-line[data-item]").evaluateAll((lines) => lines.map((line) => line.getAttribute("href")));
  for (const href of all) {
    await page.goto(`${app.url}${href}`);
    const words = await page.locator("section", { has: page.getByRole("heading", { name: "Known as" }) }).innerText();
    const mail = words.split("\n").map((line) => line.trim()).find((line) => /^[\w.+-]+@[\w-]+\.[\w.]+$/.test(line));
    if (mail) return { name: await page.locator("h1").innerText(), mail, href };
  }
  throw new Error("nobody wrote by mail");
}

async function isEmpty(t, app, page) {
  for (const [path, words] of [
    ["/customers", "No list was brought in yet"],
    ["/organisations", "No organisation is known yet"],
    ["/segments", "No segment is kept yet"],
    ["/segments/weights", "There is nothing to weigh by yet"],
  ]) {
    await page.goto(`${app.url}${path}`);
    await t.sees(page, words);
    await t.axe(page);
  }
}

async function bringsAList(t, app, page, list) {
  await page.goto(`${app.url}/customers`);
  await page.getByRole("link", { name: "Bring in a list" }).click();
  await t.axe(page);
  const file = { name: "crm.csv", mimeType: "text/csv", buffer: Buffer.from(list) };
  await page.locator('input[name="file"]').setInputFiles(file);
  await page.getByRole("button", { name: "Look at it" }).click();
  await page.waitForURL(/\/customers\/lists\/map/);
  await t.sees(page, "1 of the first 3 would not be taken");
  await page.getByLabel("Seats").selectOption({ label: "Something else: a number" });
  await t.sees(page, "· 12");
  await t.axe(page);
  await t.picture("customers-map", page, { whole: true });
  await page.getByLabel("Name of the list").fill("");
  await page.getByLabel("Name of the list").evaluate((field) => field.removeAttribute("required"));
  await page.getByRole("button", { name: "Take it" }).click();
  await t.sees(page, "Give the list a name");
  await page.getByLabel("Name of the list").fill("CRM");
  await page.getByRole("button", { name: "Take it" }).click();
  await page.waitForURL(/\/customers\/lists\/\d+$/);
  await page.getByText("this is no e-mail address").waitFor();
  await page.locator(".state", { hasText: "read" }).first().waitFor();
  await t.axe(page);
  await t.picture("customers-list-read", page, { whole: true });
  await page.getByRole("link", { name: "Show the customers" }).click();
  await t.sees(page, "has written, as they say");
  await t.axe(page);
  await t.picture("customers", page);
}

async function isACustomer(t, app, page, href) {
  await page.goto(`${app.url}${href}`);
  await t.sees(page, "They say to be this customer");
  await t.sees(page, "customer list “CRM”");
  await t.axe(page);
  await t.picture("customers-person", page, { whole: true });
  await page.locator('a[href^="/customers/"]').first().click();
  await page.getByRole("button", { name: "It is them" }).click();
  await t.sees(page, "A member of the team said so.");
  await t.axe(page);
  await t.picture("customers-one", page);
}

async function corrects(t, page, href) {
  await page.goto(new URL(href, page.url()).href);
  // By keyboard alone.
  await page.getByText("Correct it: Segment").focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Segment", { exact: true }).fill("Press");
  await page.keyboard.press("Enter");
  await t.sees(page, "Not all say the same.");
  await t.axe(page);
  await t.picture("customers-disputed", page, { whole: true });
  await page.keyboard.press("z");
  await page.waitForURL((url) => url.pathname === href);
  await page.getByText("Not all say the same.").waitFor({ state: "hidden" });
}

async function belongs(t, app, page, href) {
  await page.goto(`${app.url}${href}`);
  await page.getByText("They belong to an organisation").click();
  await page.getByLabel("Its name").fill("La Noria Café");
  await page.getByLabel("Its name").press("Enter");
  await page.getByRole("link", { name: "La Noria Café" }).click();
  await t.sees(page, "1 person who wrote");
  await t.axe(page);
  await t.picture("organisations-one", page, { whole: true });
  await page.getByRole("link", { name: "Known by another name?" }).click();
  await t.axe(page);
  await page.getByRole("button", { name: /^Make them one ?: La Noria$/ }).click();
  await t.sees(page, "The two are one now");
  await page.getByText("Made one from 2").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^Part them again/ }).press("Enter");
  await page.getByRole("heading", { name: "La Noria Café" }).waitFor();
}

async function keepsASegment(t, app, page, name) {
  await page.goto(`${app.url}/segments/new`);
  await page.getByLabel("Name", { exact: true }).fill("Wholesale up north");
  await page.getByRole("button", { name: "Keep it" }).click();
  await t.sees(page, "Give 1 to 8 rules");
  await page.getByLabel("What rule 1 is about").selectOption("segment");
  await page.getByLabel("Words of rule 1").fill("wholesale; press");
  await page.getByLabel("What rule 2 is about").selectOption("region");
  await page.getByLabel("Words of rule 2").fill("North");
  await t.axe(page);
  await t.picture("segments-form", page);
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.waitForURL(/\/people\?segment=/);
  t.equal(await page.locator(".person-line[data-item]").count(), 1);
  await t.sees(page, "Wholesale · North");
  await t.axe(page);
  await t.picture("segments-people", page);
  await page.goto(`${app.url}/segments`);
  await t.sees(page, "1 person");
  await t.axe(page);
  await page.getByRole("link", { name: "Inbox of Wholesale up north" }).click();
  await page.locator('button[popovertarget="segment-menu"]').waitFor();
  const names = await page.locator(".rows .row-name").allInnerTexts();
  t.ok(names.every((one) => one === name), `the inbox is theirs alone: ${names}`);
  await t.axe(page);
  await t.picture("segments-inbox", page);
  await page.goto(`${app.url}/figures?days=90`);
  await page.getByRole("heading", { name: "Answered, by segment" }).waitFor();
  await t.sees(page, "In no segment");
  await t.axe(page);
  await page.getByRole("link", { name: "In no segment" }).click();
  await t.sees(page, "people in no segment");
}

async function weighs(t, app, page, href) {
  await page.goto(`${app.url}/feedback/new?person=${href.split("/").pop()}`);
  await page.getByLabel("In a few words").fill("Open on Sundays");
  await page.getByLabel("How do you know that they ask for it?").fill("By phone");
  await page.getByRole("button", { name: "Put it on the list" }).click();
  await t.sees(page, "too few to weigh");
  await page.goto(`${app.url}/segments/weights`);
  await t.axe(page);
  await page.getByLabel("Weight of Wholesale").fill("2,5");
  await page.getByRole("button", { name: "Weigh them so" }).click();
  await t.sees(page, "as your team chose");
  await t.picture("segments-weights", page);
  await page.goto(`${app.url}/feedback`);
  await t.sees(page, "by segment 2.5 (on 1 person)");
  await page.getByText("What “by segment” means").click();
  await t.axe(page);
  await t.picture("segments-feedback", page);
}

async function readsOnAPhone(t, app, page, href) {
  const paths = ["/customers", "/customers/lists", href, "/organisations", "/segments", "/segments/new", "/segments/weights", "/feedback", "/people", "/figures?days=90"];
  for (const path of paths) {
    await page.goto(`${app.url}${path}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    t.equal(wide, 0, `nothing of ${path} is wider than a phone`);
    await t.axe(page);
  }
  await page.goto(`${app.url}${href}`);
  await t.picture("customers-person-phone-dark", page, { whole: true });
  await page.goto(`${app.url}/segments/weights`);
  await t.picture("segments-weights-phone-dark", page, { whole: true });
  await page.goto(`${app.url}/segments/new`);
  await t.picture("segments-form-phone-dark", page, { whole: true });
}
