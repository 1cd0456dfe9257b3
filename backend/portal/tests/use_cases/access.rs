//! Every use case asks before it answers.

use api::uploads::{PromisedFile, UploadRequest};
use domain::{actor::Actor, digest::Digest, page::Limit};
use portal::{Error, download::Downloader, views::Which};
use testkit::{
    TestPortal,
    apk::apk,
    at, dev, job, registering, wallet,
    zip::{stored, zip},
};

#[expect(
    clippy::needless_pass_by_value,
    reason = "a call reads as the sentence that it tests"
)]
fn is_forbidden<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert!(matches!(result, Err(Error::Forbidden { .. })), "{result:?}");
}

#[tokio::test]
async fn a_pipelines_job_may_register_and_neither_look_nor_download() {
    let world = TestPortal::with_jobs().await;
    world
        .services
        .put_artifact("a/b/c", zip(&[stored("app.apk", &apk(b"bytes"))]))
        .await;
    let build = world
        .registers(job("job-1", "a/b/c", &registering("e-1")), at("03:00:00"))
        .await;
    let (portal, now, limit) = (&world.portal, at("03:00:00"), Limit::default());
    let pipeline = &Actor::pipeline("wallet-dev");
    let (app, environment) = (&wallet(), &dev());
    let digest = Digest::of(&apk(b"bytes"));

    is_forbidden(
        portal
            .runs()
            .overview(pipeline, Limit::APPS, None, now)
            .await,
    );
    is_forbidden(portal.builds().app(pipeline, app, now).await);
    is_forbidden(portal.builds().list(pipeline, app, limit, None).await);
    is_forbidden(
        portal
            .runs()
            .list(pipeline, app, Which::All, limit, None)
            .await,
    );
    is_forbidden(
        portal
            .runs()
            .unassigned(pipeline, Which::All, limit, None)
            .await,
    );
    is_forbidden(
        portal
            .runs()
            .show(pipeline, build.run.as_ref().unwrap(), now)
            .await,
    );
    is_forbidden(portal.builds().show(pipeline, &build.id, now).await);
    is_forbidden(
        portal
            .builds()
            .tester(pipeline, app, environment, now)
            .await,
    );
    is_forbidden(
        portal
            .builds()
            .releases(pipeline, app, environment, limit, None)
            .await,
    );
    is_forbidden(
        portal
            .downloads()
            .list(pipeline, &build.id, limit, None)
            .await,
    );
    is_forbidden(
        portal
            .downloads()
            .latest(
                Downloader {
                    actor: pipeline,
                    user_agent: None,
                    now,
                },
                app,
                environment,
                None,
            )
            .await,
    );
    is_forbidden(
        portal
            .downloads()
            .file(
                Downloader {
                    actor: pipeline,
                    user_agent: None,
                    now,
                },
                (None, &build.id),
                &digest,
            )
            .await,
    );
    is_forbidden(
        portal
            .downloads()
            .icon(pipeline, &build.app, &build.id)
            .await,
    );
    is_forbidden(portal.events().receive(pipeline, b"{}", now).await);
}

#[tokio::test]
async fn the_portal_itself_may_record_and_not_register() {
    let world = TestPortal::with_jobs().await;
    let request = UploadRequest {
        files: vec![PromisedFile {
            name: "app.apk".parse().unwrap(),
            size: 1,
            sha256: Digest::of(b"a"),
        }],
        environment: None,
        run: None,
        attempt: None,
        version: None,
        revision: None,
    };
    let now = at("03:00:00");
    let portal = Actor::portal();
    is_forbidden(
        world
            .portal
            .uploads()
            .start(&portal, &wallet(), request, now)
            .await,
    );
    // What it records is judged by its content then: this is no event.
    let recorded = world.portal.events().receive(&portal, b"{}", now).await;
    assert!(
        matches!(recorded, Err(Error::Invalid { .. })),
        "{recorded:?}"
    );
}
