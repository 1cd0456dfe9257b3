// A tester takes the newest build home.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { PHONE, useBrowser, visit } from "./support/browser.js";
import { portal, served } from "./support/portal.js";

useBrowser();

/** Opens a tester's page, taps the button, and compares what arrives with what the page promises. */
async function takeHome(options) {
  const { app, environment, release } = await served();
  return visit({ acceptDownloads: true, ...options }, async (page) => {
    await page.goto(`${portal}/${app}/${environment}`);
    const promised = (await page.locator("#sha256").innerText()).trim();
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: /^Download/ }).first().click();
    const file = await download;
    const bytes = await readFile(await file.path());
    assert.equal(createHash("sha256").update(bytes).digest("hex"), promised);
    const install = release.installs.find((install) => install.digest === promised);
    assert.equal(bytes.length, install.size);
    assert.match(file.suggestedFilename(), /\.apk$/);
  });
}

test("one tap brings the file whose digest the page shows", () => takeHome({}));

test("so it does on a phone without JavaScript", () => takeHome({ javaScriptEnabled: false, viewport: PHONE }));

test("the page loads no script and shows what to know", async () => {
  const { app, environment, release } = await served();
  await visit({ viewport: PHONE }, async (page) => {
    const loaded = [];
    page.on("request", (request) => loaded.push(request.resourceType()));
    await page.goto(`${portal}/${app}/${environment}`);
    assert.deepEqual(loaded.filter((type) => type === "script" || type === "fetch"), []);
    const text = await page.locator("main").innerText();
    assert.ok(text.includes(`Build ${release.number}`), text);
    await page.getByRole("img", { name: /QR code/ }).waitFor();
    await page.getByRole("heading", { level: 1 }).waitFor();
    const button = await page.locator("#download").boundingBox();
    assert.ok(button.height >= 48 && button.y + button.height <= PHONE.height, "the button is large and in sight");
  });
});

test("a link is made for each tap and lives for minutes", async () => {
  const { app, environment } = await served();
  const tap = () => fetch(`${portal}/${app}/${environment}/latest.apk`, { redirect: "manual" });
  const [first, page] = [await tap(), await (await fetch(`${portal}/${app}/${environment}`)).text()];
  assert.equal(first.status, 302);
  assert.match(first.headers.get("cache-control") ?? "", /no-store/);
  const lifetime = new URL(first.headers.get("location")).searchParams.get("X-Amz-Expires");
  assert.ok(Number(lifetime) <= 300, `${lifetime} s`);
  assert.ok(!page.includes("X-Amz-"), "the page itself holds no link to bytes");
});
