//! Uploads whose builds are being registered, for anyone who waits for one.

use domain::{
    Timestamp,
    actor::Actor,
    id::{AppId, UploadId},
    view::{UploadBrief, UploadsView},
};
use store::table::Upload;

use crate::{Result, access::Action, known, uploads::Uploads};

/// So many are shown; there are seldom more than one.
const SHOWN: usize = 50;

impl Uploads<'_> {
    /// The uploads of an app whose builds are being registered, the oldest first.
    pub async fn list(self, actor: &Actor, app: &AppId, now: Timestamp) -> Result<UploadsView> {
        self.portal.authorise(actor, Action::ViewApp(app))?;
        known::app(self.portal, app)?;
        let builds = self.portal.table.builds();
        let waiting = builds.waiting_uploads(Some(app)).await?;
        let ids: Vec<UploadId> = waiting.into_iter().map(|it| it.id).take(SHOWN).collect();
        let uploads = builds.some_uploads(&ids).await?;
        let mut uploads: Vec<UploadBrief> = uploads.into_iter().filter_map(brief).collect();
        uploads.sort_by_key(|upload| upload.since);
        Ok(UploadsView {
            uploads,
            as_of: now,
        })
    }
}

fn brief(upload: Upload) -> Option<UploadBrief> {
    let registering = upload.registering?;
    Some(UploadBrief {
        id: upload.id,
        name: upload.files.first()?.name.clone(),
        files: upload.files.len(),
        files_done: registering.files_done,
        size: upload.files.iter().map(|file| file.size).sum(),
        environment: upload.environment,
        by: registering.by,
        since: registering.since,
    })
}
