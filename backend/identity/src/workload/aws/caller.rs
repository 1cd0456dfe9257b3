//! Who AWS says that a caller is.

use serde::Deserialize;

use super::AwsError;

/// A role of AWS that someone acts in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The account's twelve digits.
    pub(crate) account: String,
    /// The role's name, without its path, which sessions do not say.
    pub(crate) role: String,
    /// The session, in full.
    pub(crate) arn: String,
}

/// AWS's answer, which it gives as JSON where that is asked for.
#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(rename = "GetCallerIdentityResponse")]
    response: Response,
}

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "GetCallerIdentityResult")]
    result: Told,
}

#[derive(Deserialize)]
struct Told {
    #[serde(rename = "Arn")]
    arn: String,
}

impl Answer {
    pub(super) fn caller(self) -> Result<Caller, AwsError> {
        let arn = self.response.result.arn;
        role(&arn).ok_or_else(|| AwsError::NoRole(arn.chars().take(200).collect()))
    }
}

/// `arn:aws:sts::123456789012:assumed-role/wallet-build/session`
fn role(arn: &str) -> Option<Caller> {
    let [
        "arn",
        "aws" | "aws-cn" | "aws-us-gov",
        "sts",
        "",
        account,
        session,
    ] = arn.split(':').collect::<Vec<_>>()[..]
    else {
        return None;
    };
    let ["assumed-role", role, _session] = session.split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    (account.len() == 12 && !role.is_empty()).then(|| Caller {
        account: account.to_owned(),
        role: role.to_owned(),
        arn: arn.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_says_its_account_and_its_role() {
        let caller =
            role("arn:aws:sts::123456789012:assumed-role/wallet-build/AWSCodeBuild-1").unwrap();
        assert_eq!(
            (caller.account.as_str(), caller.role.as_str()),
            ("123456789012", "wallet-build")
        );
        assert!(role("arn:aws-us-gov:sts::123456789012:assumed-role/wallet-build/s").is_some());
    }

    #[test]
    fn users_the_account_itself_and_whatever_else_are_no_roles() {
        for arn in [
            "arn:aws:iam::123456789012:user/ada",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:role/wallet-build",
            "arn:aws:sts::123456789012:federated-user/ada",
            "arn:aws:sts::123456789012:assumed-role/wallet-build",
            "arn:aws:sts::123456789012:assumed-role//session",
            "arn:aws:sts::123456789012:assumed-role/a/wallet-build/session",
            "arn:aws:sts::1:assumed-role/wallet-build/session",
            "arn:other:sts::123456789012:assumed-role/wallet-build/session",
            "assumed-role/wallet-build/session",
            "",
        ] {
            assert_eq!(role(arn), None, "{arn}");
        }
    }
}
