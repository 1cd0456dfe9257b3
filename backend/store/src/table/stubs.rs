//! Questions of the table that have no answer yet.
#![expect(unused_variables, missing_docs, clippy::unused_async)]

use domain::{
    Timestamp,
    build::{Build, BuildBrief, RegistrationKey},
    download::Download,
    event::{Event, Pipeline},
    id::{AppId, BuildId, EnvironmentId, RunId, UploadId},
    page::{Cursor, Limit, Page},
    release::Release,
    run::{Run, RunBrief, Step},
    view::RunSummary,
};

use super::{
    BuildRecord, Completed, FeedRef, JoinedStep, OverviewRecord, PendingRegistration, Raw,
    Recorded, Registration, RunList, RunRecord, Table, Upload,
};
use crate::{Error, Result};

fn missing<T>() -> Result<T> {
    Err(Error::NotFound {
        what: "answer".to_owned(),
    })
}

impl Table {
    pub async fn create(&self) -> Result<()> {
        missing()
    }
    pub async fn put_event(
        &self,
        event: &Event,
        raw: Option<Raw<'_>>,
        now: Timestamp,
    ) -> Result<Recorded> {
        missing()
    }
    /// The whole sequence: put the event if absent, then always join it (the stored one, for a duplicate) into step,
    /// run and overview. Use this one to record events.
    pub async fn record(
        &self,
        event: &Event,
        raw: Option<Raw<'_>>,
        feed: FeedRef<'_>,
        now: Timestamp,
    ) -> Result<Recorded> {
        missing()
    }
    pub async fn join_run(&self, run: Run, feed: FeedRef<'_>) -> Result<Run> {
        missing()
    }
    pub async fn join_step(&self, run: &RunId, step: Step) -> Result<JoinedStep> {
        missing()
    }
    pub async fn join_recent(
        &self,
        feed: FeedRef<'_>,
        pipeline: &Pipeline,
        run: RunBrief,
    ) -> Result<()> {
        missing()
    }
    pub async fn run(&self, id: &RunId) -> Result<Option<RunRecord>> {
        missing()
    }
    pub async fn runs(
        &self,
        list: RunList<'_>,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<RunSummary>> {
        missing()
    }
    pub async fn overview(&self) -> Result<OverviewRecord> {
        missing()
    }
    pub async fn current(
        &self,
        app: &AppId,
        environment: &EnvironmentId,
    ) -> Result<Option<Release>> {
        missing()
    }
    pub async fn begin_registration(
        &self,
        key: &RegistrationKey,
        now: Timestamp,
    ) -> Result<Registration> {
        missing()
    }
    pub async fn note_objects(&self, key: &RegistrationKey, keys: &[String]) -> Result<()> {
        missing()
    }
    pub async fn next_number(&self, app: &AppId) -> Result<u64> {
        missing()
    }
    /// Also makes the release current if it is newer than the one that is, in the same transaction.
    pub async fn complete_registration(
        &self,
        key: &RegistrationKey,
        build: &Build,
        release: Option<&Release>,
    ) -> Result<Completed> {
        missing()
    }
    pub async fn pending_registrations(
        &self,
        before: Timestamp,
    ) -> Result<Vec<PendingRegistration>> {
        missing()
    }
    /// Whether it was still pending, and so is forgotten now. Delete its objects only then.
    pub async fn forget_registration(&self, id: &str) -> Result<bool> {
        missing()
    }
    pub async fn put_release(&self, release: &Release) -> Result<()> {
        missing()
    }
    pub async fn build(&self, id: &BuildId) -> Result<Option<BuildRecord>> {
        missing()
    }
    pub async fn builds(
        &self,
        app: &AppId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<BuildBrief>> {
        missing()
    }
    pub async fn releases(
        &self,
        app: &AppId,
        environment: &EnvironmentId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Release>> {
        missing()
    }
    pub async fn put_download(&self, download: &Download, salt: &str) -> Result<()> {
        missing()
    }
    pub async fn downloads(
        &self,
        build: &BuildId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Download>> {
        missing()
    }
    pub async fn put_upload(&self, upload: &Upload, now: Timestamp) -> Result<()> {
        missing()
    }
    pub async fn upload(&self, id: &UploadId) -> Result<Option<Upload>> {
        missing()
    }
}
