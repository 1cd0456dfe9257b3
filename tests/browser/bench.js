// How long a phone waits for a page, beside a static copy of the same page: the largest contentful paint on a slow 4G
// line with a processor four times slower, with an empty cache. Prints medians and their ratio; asserts nothing.

import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { FLAGS, PHONE } from "./support/browser.js";
import { everyPage, portal } from "./support/portal.js";

const TRIES = 9;
// Lighthouse's "slow 4G": 1.6 Mbit/s down, 750 kbit/s up, 150 ms.
const LINE = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };

/** Serves what the portal answered once, from memory, in the form that it had. */
async function staticCopy(paths) {
  const files = new Map();
  for (const path of paths) {
    const answer = await fetch(portal + path);
    const type = answer.headers.get("content-type") ?? "application/octet-stream";
    const body = Buffer.from(await answer.arrayBuffer());
    files.set(path, { type, body: type.startsWith("image/png") ? body : gzipSync(body), zipped: !type.startsWith("image/png") });
    if (!type.startsWith("text/html")) continue;
    for (const [, more] of body.toString().matchAll(/(?:href|src)="(\/assets\/[^"]+|\/[^"]+\/icon)"/g)) {
      if (!files.has(more) && !paths.includes(more)) paths.push(more);
    }
  }
  const server = createServer((request, response) => {
    const file = files.get(request.url);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": file.type, ...(file.zipped && { "content-encoding": "gzip" }) }).end(file.body);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { origin: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

async function paint(browser, address) {
  const context = await browser.newContext({ viewport: PHONE });
  const page = await context.newPage();
  const tools = await context.newCDPSession(page);
  await tools.send("Network.enable");
  await tools.send("Network.emulateNetworkConditions", LINE);
  await tools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.goto(address, { waitUntil: "load" });
  const time = await page.evaluate(
    () =>
      new Promise((found) => {
        let last = 0;
        new PerformanceObserver((list) => (last = list.getEntries().at(-1).startTime)).observe({
          type: "largest-contentful-paint",
          buffered: true,
        });
        setTimeout(() => found(last), 500);
      }),
  );
  await context.close();
  return time;
}

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

const { overview, tester } = await everyPage();
const copy = await staticCopy([overview, tester]);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
for (const [name, path] of Object.entries({ overview, tester })) {
  const ours = [];
  const theirs = [];
  for (let count = 0; count < TRIES; count += 1) {
    ours.push(await paint(browser, portal + path));
    theirs.push(await paint(browser, copy.origin + path));
  }
  const [us, them] = [median(ours), median(theirs)];
  console.log(`  ${name.padEnd(9)} ${us.toFixed(0)} ms, static copy ${them.toFixed(0)} ms: ${(us / them).toFixed(2)} times`);
}
await browser.close();
copy.stop();
