// A report in the browser, used as a person would: every filter is set and what the map shows is held against what the data
// says; functions and lines are chosen by mouse, by keyboard and from the tables, and the panel has to tell of them.

import { expected, joint, start } from "./expected.mjs";
import { places } from "./places.mjs";
import { idle } from "./time.mjs";

/** So many functions, and so many lines, are clicked on. */
const CLICKS = 3;

/** Uses the report that is open in `page`; what does not do as it says is added to `faults`. Returns how much was tried. */
export async function tried(page, faults) {
  const data = JSON.parse(await page.locator("#data").textContent());
  let number = 0;
  const hold = (is, what) => {
    number += 1;
    if (!is) faults.push(what);
  };
  if (data.functions.length === 0) return number;
  const use = { page, data, hold };
  await keyboard(use);
  await filters(use);
  await search(use);
  await map(use);
  await tables(use);
  await theme(use);
  return number;
}

/** What the map shows, as it knows itself. */
const drawn = (page) =>
  page.evaluate(() => {
    const { cy } = document.getElementById("graph")._cyreg;
    return {
      lines: cy.edges().map((edge) => edge.id()).sort(),
      functions: cy.nodes(".function").length,
      pale: cy.nodes(".function.faint").map((node) => node.data("number")).sort((x, y) => x - y),
    };
  });

/** The name that the panel tells of, or the two. */
const told = (page) => page.locator("#panel h3").first().evaluate((title) => [...title.querySelectorAll("button")].map((one) => one.textContent).concat(title.querySelector("button") ? [] : [title.textContent]));

async function keyboard({ page, hold }) {
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => ({ name: document.activeElement.className, top: document.activeElement.getBoundingClientRect().top }));
  hold(first.name === "skip" && first.top >= 0, `the first Tab leads to ${first.name}, at ${first.top} pixels`);
  await page.keyboard.press("Enter");
  hold(await page.evaluate(() => document.activeElement.id === "content"), "the link to the content does not lead there");
}

async function filters({ page, data, hold }) {
  const now = start(data);
  const check = async (what) => {
    const [is, should] = [await drawn(page), expected(data, now)];
    for (const part of ["lines", "functions", "pale"]) {
      const same = JSON.stringify(is[part]) === JSON.stringify(should[part]);
      hold(same, `${what}: ${part} are ${JSON.stringify(is[part]).slice(0, 200)} and not ${JSON.stringify(should[part]).slice(0, 200)}`);
    }
    const said = (await page.locator("#shown").textContent()).match(/\d+/g).slice(0, 2).map(Number);
    hold(said[0] === should.lines.length && said[1] === should.functions, `${what}: it says ${said}`);
  };
  const set = async (change, act, what) => {
    Object.assign(now, change);
    await act();
    await check(what);
  };
  const choose = (id, value) => () => page.locator(`#${id}`).selectOption(value === null ? "" : String(value));
  const named = (list, number) => `${list.slice(0, -1)} ${JSON.stringify(data[list][number])}`;

  await check("as it opens");
  for (const kind of data.kinds) {
    const box = page.locator(`#filters input[name=kind][value="${kind}"]`);
    const others = now.kinds.filter((one) => one !== kind);
    const [first, second] = now.kinds.includes(kind) ? [others, [...others, kind]] : [[...others, kind], others];
    await set({ kinds: first }, () => box.click(), `${kind}, once`);
    await set({ kinds: second }, () => box.click(), `${kind}, twice`);
  }
  for (const strength of [0.5, 0.9, data.weakest]) {
    await set({ strength }, () => page.locator("#strength").fill(String(strength)), `strength ${strength}`);
  }
  for (const list of ["services", "rules"]) {
    const control = list.slice(0, -1);
    for (const at of [0, data[list].length >> 1, data[list].length - 1].filter((at) => at in data[list])) {
      await set({ [control]: at }, choose(control, at), named(list, at));
    }
    await set({ [control]: null }, choose(control, null), `any ${control}`);
  }
  const last = data.quarters.length - 1;
  if (last > 0) {
    await set({ since: last }, choose("since", last), "only the last quarter");
    await set({ since: 0, until: 0 }, async () => (await choose("since", 0)(), choose("until", 0)()), "only the first quarter");
    await set({ until: last }, choose("until", last), "at any time");
  }
  await set({ coupled: !now.coupled }, () => page.locator("#coupled").click(), "the other map");
  await set({ strength: 0.9 }, () => page.locator("#strength").fill("0.9"), "strength 0.9 on it");
  await set(start(data), () => page.locator("#reset").click(), "reset");
}

async function search({ page, data, hold }) {
  const wanted = data.functions.length - 1;
  const { name } = data.functions[wanted];
  const find = page.locator("#find");
  const options = page.locator("#list [role=option]");
  await find.fill(name);
  const words = name.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = data.functions.filter((one) => words.every((word) => one.name.toLowerCase().includes(word)));
  hold((await options.count()) === Math.min(200, matching.length), `${await options.count()} functions are found for ${JSON.stringify(name)}, not ${matching.length}`);
  await find.press("Enter");
  const [chosen] = await told(page);
  hold(chosen === matching[0].name, `Enter in the search chose ${chosen}, not ${matching[0].name}`);
  await find.fill("no function is called so");
  hold((await options.count()) === 0, "functions are found that are not there");
  await find.fill("");
  await find.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const second = data.functions[Math.min(1, wanted)].name;
  hold((await told(page))[0] === second, `the arrow and Enter chose ${(await told(page))[0]}, not ${second}`);
}

/** Clicks on what the map shows at its place on the screen. */
async function map({ page, data, hold }) {
  await page.locator("#fit").click();
  await page.locator("#graph").scrollIntoViewIfNeeded();
  // The map learns of a scrolled page a moment later.
  await idle(page);
  const clicked = { functions: [], couplings: [] };
  // A map of thousands is a pattern until one goes closer.
  for (let step = 0; step < 15 && !(await page.evaluate(places, { kind: "functions", but: [] })); step += 1) {
    await page.locator("#closer").click();
    await page.locator("#graph").scrollIntoViewIfNeeded();
    await idle(page);
  }
  // A panel that fills may move the map: places are asked for anew each time.
  const next = async (kind) => {
    const found = clicked[kind].length < CLICKS ? (await page.evaluate(places, { kind, but: clicked[kind] })) : null;
    if (!found) return null;
    const top = await page.evaluate(() => scrollY);
    await page.mouse.click(found.x, found.y);
    await idle(page);
    hold((await page.evaluate(() => scrollY)) === top, "a click on the map moves the page away from it");
    clicked[kind].push(found.number);
    return found.number;
  };
  for (let number = await next("functions"); number !== null; number = await next("functions")) {
    const { name } = data.functions[number];
    hold((await told(page))[0] === name, `a click on ${name} chose ${(await told(page))[0]}`);
  }
  hold(clicked.functions.length > 0, "no function of the map can be clicked on");
  for (let number = await next("couplings"); number !== null; number = await next("couplings")) {
    const { a, b } = data.couplings[number];
    const names = [a, b].map((one) => data.functions[one].name);
    hold(JSON.stringify(await told(page)) === JSON.stringify(names), `a click on the line of ${names} chose ${await told(page)}`);
    const both = joint(data, a, b).length;
    const panel = await page.locator("#panel").innerText();
    hold(panel.toLowerCase().includes(`edit both (${both})`), `the panel of ${names} does not tell of ${both} changesets`);
  }
}

async function tables({ page, data, hold }) {
  const one = page.locator("#functions a.function").first();
  if (await one.count()) {
    const name = data.functions[Number(await one.getAttribute("data-function"))].name;
    await one.click();
    hold((await told(page))[0] === name, `the table's ${name} chose ${(await told(page))[0]}`);
    hold(await page.evaluate(() => document.activeElement.id === "panel"), "the panel is not where the keyboard is");
  }
  const pair = page.locator("#couplings a.function[data-with]").first();
  if (await pair.count()) {
    const numbers = await pair.evaluate(({ dataset }) => [dataset.function, dataset.with].map(Number));
    await pair.click();
    const names = numbers.map((number) => data.functions[number].name);
    hold(JSON.stringify((await told(page)).sort()) === JSON.stringify(names.sort()), `the table's pair ${names} chose ${await told(page)}`);
  }
}

async function theme({ page, hold }) {
  const colours = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor + getComputedStyle(document.body).color);
  const before = await colours();
  await page.locator("#theme").click();
  hold((await colours()) !== before, "the switch of colours changes none");
  await page.locator("#theme").click();
  hold((await colours()) === before, "the switch of colours does not lead back");
}
