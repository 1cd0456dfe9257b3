// The portal under test, and what there is to see in it: found through its own API, so that the tests need not know
// which builds and runs the demonstration made.

export const portal = new URL(process.env.TOWPATH_URL ?? "http://127.0.0.1:8080").origin;

/** The answer of the portal's API. */
export async function api(path) {
  const response = await fetch(portal + path, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** A run's address. */
export const runAddress = (run) => `/runs/${run.id}`;

/** The pipelines of the overview, those that no app claims too. */
export async function pipelines() {
  const overview = await api("/api/v1/overview");
  return [...overview.apps.flatMap((row) => row.cells).flatMap((cell) => cell.pipelines), ...overview.unassigned];
}

/** A run on the overview that is in one of these states. */
export async function shownRun(...states) {
  const runs = (await pipelines()).flatMap((pipeline) => pipeline.runs);
  const run = runs.find((run) => states.includes(run.status));
  if (!run) throw new Error(`no run on the overview is ${states.join(" or ")}: play the demonstration first`);
  return run;
}

/** An app and an environment that serve something. */
export async function served() {
  const overview = await api("/api/v1/overview");
  for (const { app, cells } of overview.apps) {
    const cell = cells.find((cell) => cell.current);
    if (cell) return { app: app.id, environment: cell.environment, release: cell.current };
  }
  throw new Error("nothing is released anywhere: play the demonstration first");
}

/** The address of a promotion, open or over. */
async function somePromotion() {
  const { waiting_for_you, others } = await api("/api/v1/promotions");
  const open = [...waiting_for_you, ...others];
  if (open.length) return `/promotions/${open[0].id}`;
  const { apps } = await api("/api/v1/apps");
  for (const app of apps) {
    const { items } = await api(`/api/v1/apps/${app.id}/environments/prod/promotions`);
    if (items.length) return `/promotions/${items[0].id}`;
  }
  throw new Error("nothing was ever promoted: play the demonstration first");
}

/** The path of a new share link to what an environment serves. */
export async function shareLink(more = {}) {
  const { app, environment } = await served();
  const response = await fetch(`${portal}/api/v1/links`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ to: { kind: "newest", app, environment }, hours: 1, ...more }),
  });
  if (response.status !== 201) throw new Error(`no share link: ${await response.text()}`);
  return new URL((await response.json()).address).pathname;
}

/** One address of every kind of page, by a name for it. */
export async function everyPage() {
  const { app, environment, release } = await served();
  const failing = await shownRun("failed", "error");
  return {
    overview: "/",
    app: `/${app}`,
    builds: `/${app}/builds`,
    build: `/${app}/builds/${release.build}`,
    runs: `/${app}/runs`,
    "runs-failed": `/${app}/runs?failed=true`,
    "run-failed": runAddress(failing),
    "run-running": runAddress(await shownRun("running", "waiting", "queued")),
    tester: `/${app}/${environment}`,
    unassigned: "/unassigned",
    promotions: "/promotions",
    promotion: await somePromotion(),
    holds: "/holds",
    audit: "/audit",
    "audit-verified": "/audit/verify",
    rollback: `/${app}/${environment}/rollback`,
    downloads: `/${app}/builds/${release.build}/downloads`,
    settings: "/settings",
    "settings-sessions": "/settings/sessions",
    "settings-access": "/settings/access?groups=release-managers",
    "settings-configuration": "/settings/configuration",
    compare: "/compare",
    compared: `/compare?from=${app}/${environment}&to=${release.build}`,
    links: "/settings/links",
    "link-new": `/settings/links/new?build=${release.build}`,
    share: await shareLink({ limit: 3 }),
    "share-password": await shareLink({ password: "open sesame" }),
    missing: "/there-is-no-such-app",
  };
}
