//! Who may come in: one person of each role, one of everything, and one of nothing.

use std::collections::BTreeMap;

use domain::{access::Role, id::SessionId};
use portal::{
    Portal,
    sign_in::{Session, SignIn},
};

use crate::house::{Failed, now};

/// Who may do everything.
pub(crate) const ADMIN: &str = "admins";

/// Who is signed in and has no role.
const NOBODY: &str = "nobody";

/// The cookie of each, by their group.
pub(crate) async fn signed_in(
    portal: &Portal,
    sign_in: &SignIn,
) -> Result<BTreeMap<String, String>, Failed> {
    let roles = Role::ALL.into_iter().map(|role| role.to_string());
    let groups = roles.chain([ADMIN, NOBODY].map(str::to_owned));
    let mut cookies = BTreeMap::new();
    for (index, group) in (0..).zip(groups) {
        let id = SessionId::try_from(format!("01KAF{index:021}"))?;
        let name = format!("{group}@example.com");
        let session = Session::of(id, name, vec![group.clone()], now());
        portal.begin_session(&session, None, None).await?;
        let sealed = sign_in.seal_session(&session, &[index; 32], now()).await?;
        cookies.insert(group, format!("towpath={sealed}"));
    }
    Ok(cookies)
}
