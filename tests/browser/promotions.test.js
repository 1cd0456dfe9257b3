// A release manager promotes, stops and goes back: with a mouse, on a phone, and without JavaScript.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PHONE, useBrowser, visit } from "./support/browser.js";
import { api, portal } from "./support/portal.js";

const APP = "appium";

useBrowser();

/** The build that an environment serves. */
async function servedIn(environment) {
  const { current } = await api(`/api/v1/apps/${APP}/environments/${environment}`);
  return current.build;
}

const pageOf = (build) => `${portal}/${APP}/builds/${build.id}`;

/** An environment of the path that a build can be asked for in, with that build. */
async function askable() {
  const { items } = await api(`/api/v1/apps/${APP}/builds`);
  for (const build of items) {
    const { steps } = await api(`/api/v1/builds/${build.id}/options`);
    const step = steps.find((step) => step.way === "forward" && !step.refusals.length && !step.open);
    if (step) return { build, environment: step.environment };
  }
  throw new Error("no build can be promoted anywhere: play the demonstration first");
}

/** Waits on a promotion's page until it has ended. */
async function ended(page, wanted) {
  const { id } = await api(`/api/v1/promotions/${page.url().split("/").pop()}`).then((view) => view.promotion);
  for (let second = 0; second < 120; second += 1) {
    const { promotion } = await api(`/api/v1/promotions/${id}`);
    if (promotion.state.is === wanted) break;
    await page.waitForTimeout(1000);
  }
  await page.reload();
  assert.equal(await page.locator("header.page .status").innerText(), wanted);
}

test("a build goes on along its path, once for two clicks, and is released", async () => {
  const { build, environment } = await askable();
  const reason = "for the field test <b>";
  const complaints = await visit({ viewport: PHONE }, async (page) => {
    await page.goto(pageOf(build));
    const form = page.locator(`#promote-${environment.id}`);
    await form.getByLabel("Reason", { exact: true }).fill("  ");
    await form.getByRole("button").click();
    await page.getByRole("alert").waitFor();
    await page.goto(pageOf(build));
    await form.getByLabel("Reason", { exact: true }).fill(reason);
    await form.getByRole("button").dblclick();
    await page.waitForURL(/\/promotions\/[0-9A-Z]+$/);
    assert.equal(await page.locator("header.page .lead").innerText().then((text) => text.includes(reason)), true);
    const { promotions } = await api(`/api/v1/builds/${build.id}/options`);
    assert.equal(promotions.filter((one) => one.reason === reason).length, 1, "two clicks made one promotion");
    await ended(page, "succeeded");
    await page.goto(`${portal}/promotions`);
    await page.getByRole("heading", { name: "Waiting for you" }).waitFor();
    assert.ok((await page.locator("main").innerText()).includes(reason), "it is among the recent ones");
  });
  const failures = complaints.filter((text) => !text.includes("400"));
  assert.deepEqual(failures, []);
  assert.equal((await servedIn(environment.id)).id, build.id);
});

test("an environment is taken back to an earlier build without JavaScript", async () => {
  const left = await servedIn("prod");
  await visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`${portal}/${APP}/prod`);
    await page.getByRole("link", { name: "Roll back to an earlier build" }).click();
    const to = await page.locator("input[name=build]:checked").getAttribute("value");
    assert.notEqual(to, left.id);
    await page.getByLabel("Reason", { exact: true }).fill("the new one forgets its settings");
    await page.getByRole("button", { name: "Roll back" }).click();
    await page.waitForURL(/\/promotions\//);
    await ended(page, "succeeded");
    assert.equal((await servedIn("prod")).id, to);
    await page.goto(portal);
    await page.getByText("Rolled back").first().waitFor();
  });
});

test("a hold refuses what is asked for until it is lifted", async () => {
  await visit({}, async (page) => {
    await page.goto(`${portal}/holds`);
    await page.getByLabel("Where").selectOption(`prod/${APP}`);
    await page.getByLabel("Reason, for everyone who has to wait").fill("smoke in the server room");
    await page.getByRole("button", { name: "Hold this environment" }).click();
    const held = page.locator(".holds-list > li", { hasText: `${APP} is on hold in prod` });
    await held.getByText("Smoke in the server room.").waitFor();
    await page.goto(portal);
    await page.locator(".mark-hold", { hasText: "On hold" }).first().waitFor();
    await page.goto(`${portal}/${APP}/prod/rollback`);
    await page.getByLabel("Reason", { exact: true }).fill("kept in the form");
    await page.getByRole("button", { name: "Roll back" }).click();
    assert.match(await page.getByRole("alert").innerText(), /held by local: smoke in the server room/i);
    assert.equal(await page.getByLabel("Reason", { exact: true }).inputValue(), "kept in the form");
    await page.goto(`${portal}/holds`);
    await held.getByText("Lift this hold").click();
    await held.getByRole("button", { name: "Lift the hold" }).click();
    await held.waitFor({ state: "detached" });
  });
});

test("a withdrawn build says why on its page and on the tester's, and can be given out again", async () => {
  const build = await servedIn("dev");
  await visit({ viewport: PHONE }, async (page) => {
    await page.goto(pageOf(build));
    await page.getByText("Withdraw this build").click();
    await page.getByLabel("Reason, for everyone who opens its page").fill("it drains the battery");
    await page.getByRole("button", { name: "Withdraw build" }).click();
    await page.getByText("Withdrawn: nobody gets this build any more.").waitFor();
    await page.goto(`${portal}/${APP}/dev`);
    assert.match(await page.locator(".withdrawn").innerText(), /was withdrawn\. It drains the battery\./);
    await page.goto(pageOf(build));
    await page.getByText("Restore this build").click();
    await page.getByLabel("Reason", { exact: true }).fill("it was the other app");
    await page.getByRole("button", { name: "Restore build" }).click();
    await page.getByText("Withdrawn: nobody").waitFor({ state: "detached" });
  });
  assert.equal((await servedIn("dev")).id, build.id);
});

test("the audit log tells all of that, is narrowed by a form, and verifies", async () => {
  await visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`${portal}/audit`);
    await page.getByLabel("What").selectOption({ label: "withdrew a build" });
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("it drains the battery").first().waitFor();
    await page.getByRole("link", { name: "Verify the log" }).click();
    await page.getByText("The log is intact.").waitFor();
  });
});

test("what is between two environments is one click from a build", async () => {
  const { items } = await api(`/api/v1/apps/${APP}/builds`);
  const served = await servedIn("dev");
  const other = items.find((build) => build.id !== served.id);
  await visit({ viewport: PHONE }, async (page) => {
    await page.goto(pageOf(other));
    await page.locator(".compares a").first().click();
    await page.waitForURL(/\/compare\?/);
    assert.match(await page.locator("main").innerText(), /What differs|Identical/);
  });
});
