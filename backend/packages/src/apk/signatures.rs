//! The certificates that a package's signatures name, by every scheme. Reading them verifies nothing.

mod block;
mod der;
mod jar;

use domain::package::{Signing, Unread};

use super::{Problem, unread};
use crate::{archive::Archive, source::ReadAt};

/// Reads all schemes. What could not be read makes the result unknown, so that it is never taken for unsigned.
pub(super) async fn read<S: ReadAt>(archive: &Archive<S>, missing: &mut Vec<Unread>) -> Signing {
    let mut signing = Signing::default();
    if let Err(problem) = read_block(archive, &mut signing).await {
        signing.unknown = true;
        missing.push(unread("signing block", &problem));
    }
    match jar::certificates(archive).await {
        Ok(certificates) => signing.v1 = certificates,
        Err(problem) => {
            signing.unknown = true;
            missing.push(unread("v1 signature", &problem));
        }
    }
    signing
}

async fn read_block<S: ReadAt>(archive: &Archive<S>, signing: &mut Signing) -> Result<(), Problem> {
    let Some(block) = block::find(archive).await? else {
        return Ok(());
    };
    for (id, value) in block::pairs(&block)? {
        match id {
            block::V2 => signing.v2 = block::v2(value)?,
            block::V3 | block::V31 => {
                let (certificates, lineage) = block::v3(value)?;
                let newest = id == block::V31;
                if newest {
                    signing.v31 = certificates;
                } else {
                    signing.v3 = certificates;
                }
                if !lineage.is_empty() && (newest || signing.lineage.is_empty()) {
                    signing.lineage = lineage;
                }
            }
            _ => {}
        }
    }
    Ok(())
}
