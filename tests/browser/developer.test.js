// A developer looks why something failed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { useBrowser, visit } from "./support/browser.js";
import { shownRun, portal, runAddress } from "./support/portal.js";

useBrowser();

test("a failing run is one click from the overview, and says why it failed", async () => {
  const failing = await shownRun("failed", "error");
  await visit({}, async (page) => {
    await page.goto(portal);
    await page.locator(`main a[href="${runAddress(failing)}"]`).click();
    await page.waitForURL(portal + runAddress(failing));
    assert.match(await page.locator("main header .status").innerText(), /failed|error/);
    await page.getByRole("heading", { name: "What went wrong" }).waitFor();
    assert.ok((await page.locator(".timeline li").count()) > 0, "the steps are shown");
    assert.ok((await page.locator(".timeline li .status").allInnerTexts()).some((word) => /failed|error/.test(word)));
  });
});

test("what runs now is seen at a glance", async () => {
  const running = await shownRun("running", "waiting", "queued");
  await visit({}, async (page) => {
    await page.goto(portal);
    const badge = page.locator(`main a.status[href="${runAddress(running)}"]`);
    assert.match(await badge.innerText(), /(running|waiting|queued)\s+for /);
  });
});

test("from the overview to an app, its builds, a build and its files", async () => {
  await visit({}, async (page) => {
    await page.goto(portal);
    await page.locator(".matrix tbody th a").first().click();
    await page.getByRole("link", { name: "All builds" }).click();
    await page.waitForURL(/\/builds$/);
    await page.locator(".rows .what > a").first().click();
    await page.getByRole("heading", { name: "Artifacts" }).waitFor();
    assert.match(await page.locator(".digest code").first().innerText(), /^[0-9a-f]{64}$/);
  });
});

test("the list of runs can be narrowed to failed ones", async () => {
  await visit({}, async (page) => {
    await page.goto(`${portal}/appium/runs`);
    await page.getByRole("link", { name: "Failed only" }).click();
    await page.waitForURL(/failed=true/);
    for (const word of await page.locator(".rows .status").allInnerTexts()) assert.match(word, /failed|error/);
  });
});

test("pipelines that no app claims are found", async () => {
  await visit({}, async (page) => {
    await page.goto(portal);
    await page.getByRole("heading", { name: "Unassigned pipelines" }).waitFor();
    await page.getByRole("link", { name: "View all runs" }).click();
    await page.waitForURL(/\/unassigned$/);
    await page.locator(".rows .what > a").first().click();
    await page.getByRole("heading", { name: "Steps" }).waitFor();
  });
});

test("an address that leads nowhere says so, and leads back", async () => {
  for (const path of ["/there-is-no-such-app", "/appium/nowhere", "/appium/builds/0", "/runs/codepipeline/none", "/a/b/c/d"]) {
    await visit({}, async (page) => {
      const response = await page.goto(portal + path);
      assert.equal(response.status(), 404, path);
      await page.getByRole("link", { name: "Back to the overview", exact: true }).click();
      await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    });
  }
});
