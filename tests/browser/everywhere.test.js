// What holds on every page: it is readable without JavaScript, fits a small phone, is accessible, and complains of
// nothing. Pictures of all of them are left in target/screenshots.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { DESK, PHONE, useBrowser, visit } from "./support/browser.js";
import { everyPage, portal } from "./support/portal.js";

const pictures = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let pages;

useBrowser();
before(async () => {
  pages = await everyPage();
  await mkdir(pictures, { recursive: true });
});

/** Visits every page; the not-found one may complain that it was not found. */
async function onEveryPage(options, look) {
  for (const [name, path] of Object.entries(pages)) {
    const complaints = await visit(options, async (page) => {
      await page.goto(portal + path, { waitUntil: "load" });
      await look(page, name);
    });
    const real = complaints.filter((text) => !(name === "missing" && text.includes("404")));
    assert.deepEqual(real, [], `complaints of ${name}`);
  }
}

test("every page can be read without JavaScript", async () => {
  await onEveryPage({ javaScriptEnabled: false }, async (page, name) => {
    const text = await page.locator("main").innerText();
    assert.ok(text.trim().length > 30, `${name}: ${text}`);
    assert.equal(await page.locator("h1").count(), 1, name);
  });
});

test("no page scrolls sideways on a phone 360 pixels wide", async () => {
  await onEveryPage({ viewport: PHONE, deviceScaleFactor: 2 }, async (page, name) => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= PHONE.width, `${name} is ${width} pixels wide`);
    await page.screenshot({ path: `${pictures}${name}-phone.png`, fullPage: true });
  });
});

for (const [colorScheme, viewport] of [["light", DESK], ["dark", DESK], ["light", PHONE], ["dark", PHONE]]) {
  test(`axe finds nothing on any page: ${colorScheme}, ${viewport.width} pixels`, async () => {
    await onEveryPage({ colorScheme, viewport }, async (page, name) => {
      // A page that follows what happens is looked at while it does.
      if (await page.locator("leptos-island").count()) await page.locator(".live[data-state=live]").waitFor({ state: "attached" });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run({ rules: { "target-size": { enabled: true } } }));
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
      assert.deepEqual(found, [], name);
      if (viewport === DESK) await page.screenshot({ path: `${pictures}${name}-${colorScheme}.png`, fullPage: true });
    });
  });
}

test("the keyboard reaches the content first", async () => {
  await visit({}, async (page) => {
    await page.goto(portal);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  });
});

/** What a file weighs on its way: as sent if compressed, else as it would be with gzip. */
async function weight(path) {
  const response = await fetch(portal + path, { headers: { "accept-encoding": "gzip" } });
  return gzipSync(Buffer.from(await response.arrayBuffer()), { level: 6 }).length;
}

test("no page exceeds its budget over the wire", async () => {
  for (const [name, path] of Object.entries(pages)) {
    const html = await (await fetch(portal + path)).text();
    const stylesheet = html.match(/href="(\/assets\/[^"]+\.css)"/)[1];
    const total = (await weight(path)) + (await weight(stylesheet));
    assert.ok(total <= 20_000, `${name}: ${total} bytes of HTML and CSS`);
  }
});
