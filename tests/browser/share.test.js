// A build goes to somebody without an account: made on a page, opened elsewhere on a phone, tapped once.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { useBrowser, visit } from "./support/browser.js";
import { portal, served, shareLink } from "./support/portal.js";

const CHAT = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, acceptDownloads: true };
const pictures = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));

useBrowser();
before(() => mkdir(pictures, { recursive: true }));

/** Taps the button and compares what arrives with what the environment serves. */
async function takes(page) {
  const { release } = await served();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: /^Download/ }).click();
  const bytes = await readFile(await (await download).path());
  const digest = createHash("sha256").update(bytes).digest("hex");
  assert.ok(release.installs.some((install) => install.digest === digest), digest);
}

async function fits(page, name) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= CHAT.viewport.width, `${width} pixels wide`);
  await page.screenshot({ path: `${pictures}${name}.png`, fullPage: true });
}

test("a link is made on a page, and brings the bytes to a phone without an account", async () => {
  const { app, environment } = await served();
  let address;
  const complaints = await visit({}, async (page) => {
    await page.goto(`${portal}/${app}/${environment}`);
    await page.getByRole("link", { name: "Share…" }).click();
    assert.equal(await page.getByLabel("Gives").inputValue(), `${app}/${environment}`);
    assert.equal(await page.getByLabel("Works for").inputValue(), "168");
    await page.getByLabel("Downloads, if there is a limit").fill("1");
    await page.getByRole("button", { name: "Make the link" }).click();
    address = await page.getByLabel("Address").inputValue();
    await page.getByRole("img", { name: /QR code/ }).waitFor();
    await page.screenshot({ path: `${pictures}link-made.png`, fullPage: true });
    await page.getByRole("link", { name: "All share links" }).click();
    assert.ok(!(await page.content()).includes(new URL(address).pathname));
    await page.screenshot({ path: `${pictures}links-list.png`, fullPage: true });
  });
  assert.deepEqual(complaints, []);

  // What a chat does with it first.
  for (const method of ["GET", "HEAD", "GET"]) assert.equal((await fetch(address, { method })).status, 200);
  const heard = await visit(CHAT, async (page, context) => {
    await page.goto(address);
    assert.equal(await page.locator("#left").innerText(), "1");
    await fits(page, "share-offer");
    await takes(page);
    // It did not start? The same tap again.
    await takes(page);
    assert.deepEqual(await context.cookies(), []);
    await page.reload();
    await page.getByRole("heading", { name: "This link has ended" }).waitFor();
    await fits(page, "share-ended");
  });
  assert.deepEqual(heard.filter((text) => !text.includes("410")), []);
});

test("without JavaScript, a link with a password shows nothing before it", async () => {
  const path = await shareLink({ password: "open sesame", limit: 1 });
  const { app } = await served();
  await visit({ ...CHAT, javaScriptEnabled: false }, async (page) => {
    await page.goto(portal + path);
    assert.ok(!(await page.locator("main").innerText()).includes(app));
    await fits(page, "share-password");
    await page.getByLabel("Password").fill("open barley");
    await page.getByRole("button", { name: "Show the build" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Password").fill("open sesame");
    await page.getByRole("button", { name: "Show the build" }).click();
    await page.locator("#download").waitFor();
    await takes(page);
  });
});
