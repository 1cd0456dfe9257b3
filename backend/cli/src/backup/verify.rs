//! `towpath backup verify`: reads everything, and compares it with its digests.

use std::{io, path::Path};

use super::{
    format::{Manifest, RECORDS},
    progress::Progress,
    read::{Stored, damaged},
    unreadable,
};
use crate::failure::Failure;

pub(super) fn verify(backup: &Path, watched: bool) -> Result<Manifest, Failure> {
    let stored = Stored::open(backup)?;
    let progress = Progress::new(watched);
    let read = read(&stored, backup, &progress);
    progress.finish();
    read?;
    Ok(stored.manifest)
}

fn read(stored: &Stored, backup: &Path, progress: &Progress) -> Result<(), Failure> {
    progress.say("records");
    let mut place = 0;
    stored.records(|line| {
        place += 1;
        let item: Result<serde_json::Value, _> = serde_json::from_str(line);
        if item.is_ok_and(|item| item["Item"].is_object()) {
            return Ok(());
        }
        let why = format!("line {place} is no item");
        Err(damaged(&backup.join(RECORDS), &why))
    })?;
    progress.start(stored.manifest.objects.bytes);
    stored.objects(|line| {
        let Some(of) = &line.bytes else { return Ok(()) };
        let mut bytes = stored.bytes(of)?;
        io::copy(&mut bytes, &mut io::sink())
            .map_err(|error| unreadable(&backup.join(&of.file), &error))?;
        progress.add(of.size);
        bytes.finish(of)
    })
}
