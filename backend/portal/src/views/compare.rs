//! What is between two builds.

use api::compare::Side;
use domain::{
    actor::Actor,
    build::{Artifact, ArtifactKind, Build},
    causes::chain,
    compare::{self, Comparison},
    sbom::{SIZE_LIMIT, Sbom},
};
use store::object_keys;

use crate::{Error, Result, known, views::Builds};

impl Builds<'_> {
    /// Compare two builds, or what two environments serve.
    pub async fn compare(self, actor: &Actor, from: &Side, to: &Side) -> Result<Comparison> {
        let (from, to) = futures::try_join!(self.side(actor, from), self.side(actor, to))?;
        if from.app != to.app {
            return Err(Error::invalid(
                "to",
                format!(
                    "these are builds of two apps, {} and {}: compare builds of one",
                    from.app, to.app
                ),
            ));
        }
        let mut comparison = compare::builds(&from, &to);
        let (before, after) = futures::try_join!(self.bill_of(&from), self.bill_of(&to))?;
        if let (Some(before), Some(after)) = (before, after) {
            comparison.dependencies = Some(compare::dependencies(&before, &after));
        }
        Ok(comparison)
    }

    async fn side(self, actor: &Actor, side: &Side) -> Result<Build> {
        let id = match side {
            Side::Build(id) => id.clone(),
            Side::Current(app, environment) => {
                self.portal
                    .authorise(actor, crate::access::Action::ViewApp(app))?;
                known::app(self.portal, app)?;
                known::environment(self.portal, environment)?;
                let current = self
                    .portal
                    .table
                    .releases()
                    .current(app, environment)
                    .await?;
                let nothing = || Error::not_found(format!("release of {app} in {environment} yet"));
                current.ok_or_else(nothing)?.build
            }
        };
        Ok(self.visible(actor, &id).await?.build)
    }

    /// The build's bill of materials, if it has one that can be read.
    async fn bill_of(self, build: &Build) -> Result<Option<Sbom>> {
        let bills = build.artifacts.iter().filter(|file| is_bill(file));
        // Of several, the same one on both sides.
        let bill = bills.min_by_key(|file| file.name.clone());
        let Some(bill) = bill else {
            return Ok(None);
        };
        let key = object_keys::artifact(&build.app, &bill.digest, &bill.name);
        let bytes = self.portal.objects.range(&key, 0..bill.size).await?;
        match Sbom::read(&bytes) {
            Ok(sbom) => Ok(Some(sbom)),
            Err(error) => {
                tracing::info!(build = %build.id, file = %bill.name, error = chain(&error), "not compared");
                Ok(None)
            }
        }
    }
}

fn is_bill(artifact: &Artifact) -> bool {
    artifact.kind == ArtifactKind::Sbom
        && usize::try_from(artifact.size).is_ok_and(|size| size <= SIZE_LIMIT)
}
