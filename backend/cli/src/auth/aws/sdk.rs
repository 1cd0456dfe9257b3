//! Credentials as the AWS SDK finds them: the environment, profiles, web identity, containers, instances.

use identity::workload::aws::sign::Credentials;

pub(super) async fn found(region: Option<&str>) -> Option<Credentials> {
    targets::own_credentials(region).await
}
