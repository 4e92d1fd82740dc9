// What is looked for in an open page: faults that keep people out, as axe finds them; text that became markup; content that
// is wider than the window.

import { readFileSync } from "node:fs";

import { client } from "./browser.mjs";

const AXE = readFileSync(client.resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds in `within`, by its rules: what WCAG 2.2 asks at levels A and AA, and good practice. */
export async function axe(page, within = "html") {
  // A page's policy does not hold for what the debugger evaluates.
  await page.evaluate(AXE);
  const found = await page.evaluate(
    (place) =>
      axe.run(place, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        resultTypes: ["violations"],
      }),
    within,
  );
  return found.violations.map(({ id, impact, help, nodes }) => ({
    id,
    impact,
    help,
    places: nodes.length,
    first: nodes.slice(0, 3).map(({ target, html, failureSummary }) => `${target}: ${html.slice(0, 160)} ${failureSummary}`),
  }));
}

/** What in the page could act or fetch by itself: of text from a repository, nothing may. */
export function active(page) {
  return page.evaluate(() => {
    const faults = [];
    if (window.pwned !== undefined) faults.push("text from the repository was run");
    for (const element of document.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        if (/^on/i.test(name)) faults.push(`a handler in an attribute: ${element.outerHTML.slice(0, 120)}`);
        if (["src", "srcset", "data", "action", "formaction", "poster", "background", "ping"].includes(name)) {
          faults.push(`${name} on ${element.localName}: ${value.slice(0, 120)}`);
        }
        const links = name === "href" || name === "xlink:href";
        if (links && !/^(#|https:\/\/[a-z0-9.-]+(\/|$))/i.test(value)) faults.push(`it links to ${value.slice(0, 120)}`);
      }
    }
    for (const element of document.querySelectorAll("base, iframe, frame, object, embed, link, applet, portal")) {
      faults.push(`there is an element ${element.localName}`);
    }
    return faults;
  });
}

/** Content that is wider than the window, which a narrow one would have to be pushed about for. */
export function overflow(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth + 1) return [];
    const clipped = (element) => {
      for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== "visible") return true;
      }
      return false;
    };
    const wide = [...document.body.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1 && !clipped(element),
    );
    const named = wide.slice(0, 3).map((element) => element.cloneNode(false).outerHTML.slice(0, 120));
    return [`it is ${scrollWidth} pixels wide in a window of ${clientWidth}: ${named.join(" ")}`];
  });
}

/** What can be pressed or filled in, and is printed all the same. */
export function controls(page) {
  return page.evaluate(() => {
    const printed = [...document.querySelectorAll("button, input, select, textarea")].filter((control) => control.checkVisibility());
    return printed.map((control) => `a control is printed: ${control.cloneNode(false).outerHTML.slice(0, 120)}`);
  });
}

/** Whether a page goes on paper, and on how many sheets. */
export async function sheets(page) {
  const pdf = await page.pdf({ format: "A4", printBackground: false });
  return (pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g) ?? []).length;
}
