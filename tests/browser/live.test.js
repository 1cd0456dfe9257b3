// A page that someone looks at stays true.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { useBrowser, visit } from "./support/browser.js";
import { portal } from "./support/portal.js";

useBrowser();

/** Reports a run of a pipeline that no app claims, as EventBridge does. */
async function report(pipeline, execution, state) {
  const event = {
    version: "0",
    id: randomUUID(),
    "detail-type": "CodePipeline Pipeline Execution State Change",
    source: "aws.codepipeline",
    account: "123456789012",
    time: new Date().toISOString().replace(/\.\d+/, ""),
    region: "eu-west-1",
    resources: [`arn:aws:codepipeline:eu-west-1:123456789012:${pipeline}`],
    detail: { pipeline, version: 1, state, "execution-id": execution, "pipeline-execution-attempt": 1 },
  };
  const response = await fetch(`${portal}/api/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(event),
  });
  assert.ok(response.ok, `${response.status}: ${await response.text()}`);
}

test("what happens appears on the overview without a reload, and leaves the reader alone", async () => {
  const pipeline = `browser-check-${randomUUID().slice(0, 8)}`;
  const execution = randomUUID();
  const complaints = await visit({}, async (page) => {
    await page.goto(portal);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.evaluate(() => (window.sameDocument = true));
    const reading = page.locator(".matrix tbody th a").first();
    await reading.focus();

    await report(pipeline, execution, "STARTED");
    const item = page.locator("li", { has: page.getByText(pipeline, { exact: true }) });
    await item.getByText("running").waitFor();
    await page.waitForTimeout(1100); // A finer clock than the source's: its times are whole seconds.
    await report(pipeline, execution, "SUCCEEDED");
    await item.getByText("succeeded").waitFor();

    assert.ok(await page.evaluate(() => window.sameDocument), "the document was not loaded again");
    assert.ok(await reading.evaluate((link) => link === document.activeElement), "the focus stayed");
  });
  assert.deepEqual(complaints, []);
});

test("a lost connection is said, and found again", async () => {
  await visit({}, async (page, context) => {
    await page.goto(portal);
    await page.getByText("Live", { exact: true }).waitFor();
    await context.setOffline(true);
    await page.getByText("Connection lost, retrying").waitFor();
    assert.ok((await page.locator("main").innerText()).length > 100, "what was shown stays");
    await context.setOffline(false);
    await page.getByText("Live", { exact: true }).waitFor({ timeout: 30_000 });
  });
});

test("a session that has ended is said, with the way back to the page", async () => {
  await visit({}, async (page) => {
    await page.goto(portal);
    await page.getByText("Live", { exact: true }).waitFor();
    // As the portal answers a program that is not signed in.
    await page.route(`${portal}/`, (route) => route.fulfill({ status: 401, contentType: "application/problem+json", body: "{}" }));
    await page.getByText("Your session has ended", { exact: true }).waitFor();
    assert.ok((await page.locator("main").innerText()).length > 100, "what was shown stays");
    await page.unroute(`${portal}/`);
    await page.getByRole("link", { name: "Sign in", exact: true }).click();
    await page.getByText("Live", { exact: true }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/");
    assert.equal(await page.getByRole("link", { name: "Sign in", exact: true }).count(), 0);
  });
});

test("times tick in words, also while the portal is away", async () => {
  await visit({}, async (page, context) => {
    await page.goto(portal);
    await page.getByText("Live", { exact: true }).waitFor();
    await context.setOffline(true);
    await page.evaluate(() => {
      const time = document.querySelector("main time[data-ago]");
      time.id = "ticking";
      time.dateTime = new Date(Date.now() - 2 * 3600_000).toISOString();
    });
    await page.locator("#ticking", { hasText: "2 hours ago" }).waitFor({ timeout: 3_000 });
  });
});

test("the islands stay within their budget", async () => {
  const html = await (await fetch(portal)).text();
  const script = html.match(/src="(\/assets\/[^"]+\.js)"/)[1];
  const glue = await (await fetch(portal + script)).text();
  const wasm = `/assets/${glue.match(/islands-[0-9a-f]+\.wasm/)[0]}`;
  const code = Buffer.from(await (await fetch(portal + wasm)).arrayBuffer());
  const total = gzipSync(glue).length + gzipSync(code).length;
  assert.ok(total <= 90_000, `${total} bytes`);
});
