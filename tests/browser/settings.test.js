// The settings pages, as someone finds them: from their name in the head, on a desk and on a phone, without JavaScript.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESK, useBrowser, visit } from "./support/browser.js";
import { api, portal } from "./support/portal.js";

useBrowser();

for (const viewport of [DESK, { width: 390, height: 844 }]) {
  test(`the viewer finds what they may do, and how the portal is set up: ${viewport.width} pixels`, async () => {
    const { may } = await api("/api/v1/me");
    const complaints = await visit({ viewport, javaScriptEnabled: false }, async (page) => {
      await page.goto(portal);
      await page.getByRole("link", { name: "Settings of Local user" }).click();
      assert.equal(new URL(page.url()).pathname, "/settings");
      const promote = page.getByRole("row", { name: /promote/ }).first();
      assert.equal(await promote.locator(".yes").count(), may.apps[0].environments.length);
      await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Access" }).click();
      await page.getByLabel("Groups or address").fill("no-such-group");
      await page.getByRole("button", { name: "Show" }).click();
      assert.match(await page.locator("main").innerText(), /No role is given to no-such-group/);
      await page.getByRole("link", { name: "Configuration" }).click();
      assert.match(await page.locator("main").innerText(), /towpath config check/);
    });
    assert.deepEqual(complaints, []);
  });
}
