//! Versions of objects, and what a bucket is told of them.

use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        BucketVersioningStatus, DefaultRetention, DeleteMarkerEntry, ETag,
        GetBucketVersioningInput, GetBucketVersioningOutput, GetObjectLockConfigurationInput,
        GetObjectLockConfigurationOutput, ListObjectVersionsInput, ListObjectVersionsOutput,
        ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRetentionMode, ObjectLockRule,
        ObjectVersion, PutBucketVersioningInput, PutBucketVersioningOutput,
        PutObjectLockConfigurationInput, PutObjectLockConfigurationOutput, Timestamp,
    },
    s3_error,
};

use super::list::{MOST, percent};
use crate::s3::folder::{DefaultLock, Folder, LockMode, Version, blocking, failed};

pub(crate) async fn list(
    folder: Folder,
    request: S3Request<ListObjectVersionsInput>,
) -> S3Result<S3Response<ListObjectVersionsOutput>> {
    let output = blocking(move || page(&folder, request.input)).await?;
    Ok(S3Response::new(output))
}

fn page(folder: &Folder, input: ListObjectVersionsInput) -> S3Result<ListObjectVersionsOutput> {
    if input
        .delimiter
        .as_ref()
        .is_some_and(|text| !text.is_empty())
    {
        return Err(s3_error!(
            NotImplemented,
            "A list of versions takes no delimiter here"
        ));
    }
    let (key_marker, version_marker) = (&input.key_marker, &input.version_id_marker);
    if version_marker.is_some() && key_marker.is_none() {
        return Err(s3_error!(
            InvalidArgument,
            "A version-id marker cannot be specified without a key marker."
        ));
    }
    let prefix = input.prefix.clone().unwrap_or_default();
    let most = usize::try_from(input.max_keys.unwrap_or(1000))
        .unwrap_or(0)
        .min(MOST);
    let url = input.encoding_type.is_some();
    let written = |text: &str| if url { percent(text) } else { text.to_owned() };
    let (mut versions, mut markers) = (Vec::new(), Vec::new());
    let mut last: Option<(String, String)> = None;
    let mut truncated = false;
    'keys: for key in folder.keys_with_versions(&input.bucket, &prefix)? {
        let begins = match (key_marker, version_marker) {
            (Some(marker), None) if key <= *marker => continue,
            (Some(marker), Some(_)) if key < *marker => continue,
            (Some(marker), Some(version)) if key == *marker => Some(version),
            _ => None,
        };
        let mut skipping = begins.is_some();
        for (place, version) in folder
            .versions(&input.bucket, &key)?
            .into_iter()
            .enumerate()
        {
            if skipping {
                skipping = begins != Some(&version.id);
                continue;
            }
            if versions.len() + markers.len() == most {
                truncated = most > 0;
                break 'keys;
            }
            last = Some((key.clone(), version.id.clone()));
            let latest = place == 0;
            if version.marker {
                markers.push(marker(&version, written(&key), latest)?);
            } else {
                versions.push(listed(&version, written(&key), latest)?);
            }
        }
    }
    let next = last.filter(|_| truncated);
    Ok(ListObjectVersionsOutput {
        is_truncated: Some(truncated),
        next_key_marker: next.as_ref().map(|(key, _)| written(key)),
        next_version_id_marker: next.map(|(_, version)| version),
        versions: Some(versions),
        delete_markers: Some(markers),
        key_marker: key_marker.as_deref().map(written),
        version_id_marker: input.version_id_marker,
        max_keys: i32::try_from(most).ok(),
        prefix: input.prefix.as_deref().map(written),
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        ..ListObjectVersionsOutput::default()
    })
}

fn listed(version: &Version, key: String, latest: bool) -> S3Result<ObjectVersion> {
    let object = version.open().map_err(failed)?;
    Ok(ObjectVersion {
        key: Some(key),
        version_id: Some(version.id.clone()),
        is_latest: Some(latest),
        size: Some(i64::try_from(object.record.size).map_err(failed)?),
        e_tag: Some(ETag::Strong(object.record.etag)),
        last_modified: Some(Timestamp::from(object.modified)),
        ..ObjectVersion::default()
    })
}

fn marker(version: &Version, key: String, latest: bool) -> S3Result<DeleteMarkerEntry> {
    Ok(DeleteMarkerEntry {
        key: Some(key),
        version_id: Some(version.id.clone()),
        is_latest: Some(latest),
        last_modified: Some(Timestamp::from(version.modified().map_err(failed)?)),
        ..DeleteMarkerEntry::default()
    })
}

pub(crate) async fn get_versioning(
    folder: Folder,
    request: S3Request<GetBucketVersioningInput>,
) -> S3Result<S3Response<GetBucketVersioningOutput>> {
    let settings = blocking(move || folder.settings(&request.input.bucket)).await?;
    let enabled = BucketVersioningStatus::from_static(BucketVersioningStatus::ENABLED);
    Ok(S3Response::new(GetBucketVersioningOutput {
        status: settings.versioning.then_some(enabled),
        ..GetBucketVersioningOutput::default()
    }))
}

pub(crate) async fn put_versioning(
    folder: Folder,
    request: S3Request<PutBucketVersioningInput>,
) -> S3Result<S3Response<PutBucketVersioningOutput>> {
    let input = request.input;
    let status = input.versioning_configuration.status;
    let enabled = status.is_some_and(|status| status.as_str() == BucketVersioningStatus::ENABLED);
    blocking(move || {
        folder.set(&input.bucket, |settings| {
            if !enabled && settings.lock.is_some() {
                return Err(s3_error!(
                    InvalidBucketState,
                    "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
                ));
            }
            if !enabled {
                return Err(s3_error!(
                    NotImplemented,
                    "A bucket that keeps versions keeps them here"
                ));
            }
            settings.versioning = true;
            Ok(())
        })
    })
    .await?;
    Ok(S3Response::new(PutBucketVersioningOutput::default()))
}

pub(crate) async fn get_lock(
    folder: Folder,
    request: S3Request<GetObjectLockConfigurationInput>,
) -> S3Result<S3Response<GetObjectLockConfigurationOutput>> {
    let settings = blocking(move || folder.settings(&request.input.bucket)).await?;
    let lock = settings.lock.ok_or_else(|| {
        s3_error!(
            ObjectLockConfigurationNotFoundError,
            "Object Lock configuration does not exist for this bucket"
        )
    })?;
    let retention = DefaultRetention {
        days: i32::try_from(lock.days).ok(),
        mode: Some(ObjectLockRetentionMode::from_static(match lock.mode {
            LockMode::Governance => ObjectLockRetentionMode::GOVERNANCE,
            LockMode::Compliance => ObjectLockRetentionMode::COMPLIANCE,
        })),
        years: None,
    };
    Ok(S3Response::new(GetObjectLockConfigurationOutput {
        object_lock_configuration: Some(ObjectLockConfiguration {
            object_lock_enabled: Some(ObjectLockEnabled::from_static(ObjectLockEnabled::ENABLED)),
            rule: Some(ObjectLockRule {
                default_retention: Some(retention),
            }),
        }),
    }))
}

pub(crate) async fn put_lock(
    folder: Folder,
    request: S3Request<PutObjectLockConfigurationInput>,
) -> S3Result<S3Response<PutObjectLockConfigurationOutput>> {
    let input = request.input;
    let rule = input.object_lock_configuration.and_then(|lock| lock.rule);
    let retention = rule.and_then(|rule| rule.default_retention);
    let lock = retention.and_then(lock).ok_or_else(|| {
        s3_error!(
            MalformedXML,
            "A default retention takes a mode and a number of days here"
        )
    })?;
    blocking(move || {
        folder.set(&input.bucket, |settings| {
            if !settings.versioning {
                return Err(s3_error!(
                    InvalidBucketState,
                    "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
                ));
            }
            settings.lock = Some(lock);
            Ok(())
        })
    })
    .await?;
    Ok(S3Response::new(PutObjectLockConfigurationOutput::default()))
}

fn lock(retention: DefaultRetention) -> Option<DefaultLock> {
    let mode = match retention.mode?.as_str() {
        ObjectLockRetentionMode::GOVERNANCE => LockMode::Governance,
        ObjectLockRetentionMode::COMPLIANCE => LockMode::Compliance,
        _ => return None,
    };
    let days = u32::try_from(retention.days?)
        .ok()
        .filter(|days| *days > 0)?;
    Some(DefaultLock { mode, days })
}
