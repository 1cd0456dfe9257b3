//! The certificates that a package's signatures name, by every scheme. Reading them verifies nothing.

mod block;
mod der;
mod jar;

use domain::package::{Scheme, Signing, Unread};

use super::{Format, Problem, unread};
use crate::{archive::Archive, bytes_view::View, source::ReadAt};

/// Reads all schemes that the format has. One that could not be read is unknown, so that it is never taken for absent.
pub(super) async fn read<S: ReadAt>(
    archive: &Archive<S>,
    format: &Format,
    missing: &mut Vec<Unread>,
) -> Signing {
    let mut signing = Signing::default();
    let block = if format.installs {
        read_block(archive, &mut signing, missing).await
    } else {
        Ok(())
    };
    if let Err(problem) = block {
        for scheme in [Scheme::V2, Scheme::V3, Scheme::V31] {
            signing.set_unknown(scheme);
        }
        missing.push(unread("signing block", &problem));
    }
    match jar::certificates(archive).await {
        Ok(certificates) => signing.v1 = certificates,
        Err(problem) => {
            signing.set_unknown(Scheme::V1);
            missing.push(unread("v1 signature", &problem));
        }
    }
    signing
}

async fn read_block<S: ReadAt>(
    archive: &Archive<S>,
    signing: &mut Signing,
    missing: &mut Vec<Unread>,
) -> Result<(), Problem> {
    let Some(block) = block::find(archive).await? else {
        return Ok(());
    };
    for (id, value) in block::pairs(&block)? {
        let (scheme, what) = match id {
            block::V2 => (Scheme::V2, "v2 signature"),
            block::V3 => (Scheme::V3, "v3 signature"),
            block::V31 => (Scheme::V31, "v3.1 signature"),
            _ => continue,
        };
        if let Err(problem) = read_scheme(scheme, value, signing) {
            signing.set_unknown(scheme);
            missing.push(unread(what, &problem));
        }
    }
    Ok(())
}

fn read_scheme(scheme: Scheme, value: View<'_>, signing: &mut Signing) -> Result<(), Problem> {
    let lineage = match scheme {
        Scheme::V1 => return Ok(()),
        Scheme::V2 => {
            signing.v2 = block::v2(value)?;
            return Ok(());
        }
        Scheme::V3 => {
            let read = block::v3(value)?;
            signing.v3 = read.certificates;
            read.lineage
        }
        Scheme::V31 => {
            let read = block::v3(value)?;
            signing.v31 = read.certificates;
            signing.v31_min_sdk = Some(read.min_sdk);
            read.lineage
        }
    };
    // The lineage of v3.1 goes on where that of v3 ends.
    if !lineage.is_empty() && (scheme == Scheme::V31 || signing.lineage.is_empty()) {
        signing.lineage = lineage;
    }
    Ok(())
}
