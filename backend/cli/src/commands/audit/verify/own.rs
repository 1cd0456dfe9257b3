//! The table and the bucket of a deployment, read with the caller's own AWS credentials.

use api::audit::Verified;
use domain::{audit::SealsFound, causes::chain};
use portal::audit::read_seals;
use store::{Objects, Store};

use crate::{commands::now, failure::Failure};

/// The seals of a bucket.
pub(super) async fn seals(bucket: &str) -> Result<SealsFound, Failure> {
    let (_, objects) = own_access("", bucket).await?;
    read_seals(&objects).await.map_err(|error| unread(&error))
}

/// Table and bucket, with the caller's own credentials.
pub(super) async fn table(bucket: &str, table: Option<&str>) -> Result<Verified, Failure> {
    let table = table.map(str::to_owned).or_else(|| table_beside(bucket));
    let table = table.ok_or_else(|| {
        Failure::Refused(format!(
            "{bucket} is not named as a deployment names its bucket: name the table with --table, or files with exported entries"
        ))
    })?;
    let (table, objects) = own_access(&table, bucket).await?;
    portal::audit::verify(&table, Some(&objects), now())
        .await
        .map_err(|error| unread(&error))
}

/// The table of the deployment that has that bucket: `towpath-prod-records` beside `towpath-prod-audit-<account>-<region>`.
fn table_beside(bucket: &str) -> Option<String> {
    let (deployment, _) = bucket.rsplit_once("-audit-")?;
    let environment = deployment.strip_prefix("towpath-")?;
    (!environment.is_empty()).then(|| format!("{deployment}-records"))
}

async fn own_access(table: &str, bucket: &str) -> Result<(store::Table, Objects), Failure> {
    let store = Store::connect_as_caller(table, bucket).await;
    let store = store.ok_or_else(|| {
        Failure::Refused("the bucket's region is not known: set AWS_REGION".to_owned())
    })?;
    Ok((store.table, store.objects))
}

/// The environment's credentials were not enough, or something is not there.
fn unread(error: &portal::Error) -> Failure {
    match error {
        portal::Error::Store(cause @ store::Error::NotFound { .. }) => {
            Failure::NotFound(cause.to_string())
        }
        portal::Error::Store(
            cause @ (store::Error::Denied { .. } | store::Error::Refused { .. }),
        ) => Failure::Refused(chain(cause)),
        portal::Error::Store(cause) => Failure::Failed(chain(cause)),
        other => Failure::failed(other),
    }
}
