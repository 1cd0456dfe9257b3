//! `[[roles]]`: which group has which role, and where.

use std::ops::Range;

use domain::access::{self, Grant, Scope};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    document::{Document, Text},
    names::Names,
    reader::{Entries, Given, Leaf, List},
    schema::listed,
    values::{SLUG, known},
};

const ROLES: [&str; 6] = {
    let mut names = [""; 6];
    let mut index = 0;
    while index < names.len() {
        names[index] = access::Role::ALL[index].as_str();
        index += 1;
    }
    names
};

/// A role that some groups have.
#[expect(clippy::struct_field_names, reason = "keys of the file")]
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Role {
    /// What they may do; each role but `auditor` includes the ones before it. `viewer` sees what runs where. `tester` also
    /// downloads. `developer` also registers builds. `release-manager` also promotes, approves, holds and withdraws.
    /// `auditor` sees what a viewer sees, who downloaded what, and the audit log. `admin` does everything.
    #[schemars(extend("enum" = ROLES))]
    role: Given<String>,
    /// The groups, as the issuer names them. A person's own verified address counts as a group of one.
    #[schemars(
        required,
        length(min = 1),
        inner(length(min = 1, max = 200)),
        example = listed("testers")
    )]
    groups: List<String>,
    /// The `id`s of the apps that it is for. Left out, all.
    #[schemars(length(min = 1), inner(regex(pattern = SLUG)), example = listed("wallet"))]
    apps: List<String>,
    /// The `id`s of the environments where they may do it; everyone who may see an app sees it in all. Left out, all.
    #[schemars(length(min = 1), inner(regex(pattern = SLUG)), example = listed("dev"))]
    environments: List<String>,
}

pub(crate) fn all(
    document: &Document<'_>,
    roles: &impl Entries<Role>,
    names: &Names<'_>,
) -> Vec<Grant> {
    let roles = roles.entries();
    let grants = roles.filter_map(|(role, span)| role.grant(document, span, names));
    grants.collect()
}

impl Role {
    fn grant(
        &self,
        document: &Document<'_>,
        span: &Range<usize>,
        names: &Names<'_>,
    ) -> Option<Grant> {
        let role: Option<access::Role> = self
            .role
            .text()
            .and_then(|text| known(document, "role", text, &ROLES))
            .and_then(|name| name.parse().ok());
        if self.groups.is_none() {
            document.problem(
                span.clone(),
                "[[roles]] has no \"groups\", so nobody has this role",
                "add groups = [\"testers\"], as your issuer names them",
            );
        }
        let groups = self.groups.texts();
        let groups = groups.map(|groups| self::groups(document, groups));
        let apps = scope(document, "app", &self.apps, &names.apps);
        let environments = &self.environments;
        let places = scope(document, "environment", environments, &names.environments);
        if let Some(role) = role.filter(|role| !role.is_per_environment())
            && let Some(span) = environments.value().and(environments.span())
        {
            document.problem(
                span,
                format!("the role {role} is the same in all environments"),
                "leave \"environments\" out",
            );
        }
        Some(Grant {
            role: role?,
            groups: groups?,
            apps,
            environments: places,
        })
    }
}

fn groups(document: &Document<'_>, groups: Vec<Text>) -> Vec<String> {
    let check = |group: &Text| {
        let length = group.value.trim().chars().count();
        if length == group.value.chars().count() && (1..=200).contains(&length) {
            return;
        }
        document.problem(
            group.span.clone(),
            "not the name of a group",
            "write the name as your issuer does: 1 to 200 characters, without spaces around it",
        );
    };
    groups.iter().for_each(check);
    groups.into_iter().map(|group| group.value).collect()
}

/// What a list of names is for: those alone, or all where there is no list.
pub(crate) fn scope<T: std::str::FromStr>(
    document: &Document<'_>,
    kind: &str,
    list: &impl Entries<String>,
    there_are: &[&str],
) -> Scope<T> {
    let Some(texts) = list.texts() else {
        return Scope::All;
    };
    let names = texts
        .into_iter()
        .filter_map(|text| known(document, kind, text, there_are));
    Scope::Only(names.filter_map(|name| name.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use domain::access::{Role, Scope};

    const BEFORE: &str = r##"
[[apps]]
id = "wallet"
name = "Wallet"

[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"
"##;

    fn parse(roles: &str) -> Result<Config, String> {
        let parsed = Config::parse(&format!("{BEFORE}{roles}"), "towpath.toml");
        parsed.map_err(|problems| problems.to_string())
    }

    #[test]
    fn a_role_without_apps_and_environments_is_for_all_of_them() {
        let config = parse(
            "[[roles]]\nrole = \"admin\"\ngroups = [\"leads\"]\n\
             [[roles]]\nrole = \"tester\"\ngroups = [\"qa\", \"ada@example.com\"]\n\
             apps = [\"wallet\"]\nenvironments = [\"dev\"]\n",
        );
        let grants = config.unwrap().grants();
        assert_eq!(grants[0].role, Role::Admin);
        assert!(grants[0].apps.is_all() && grants[0].environments.is_all());
        assert_eq!(grants[1].groups, ["qa", "ada@example.com"]);
        assert_eq!(grants[1].apps, Scope::Only(vec!["wallet".parse().unwrap()]));
    }

    #[test]
    fn every_mistake_is_explained() {
        for (mistake, explained) in [
            (
                "role = \"testr\"\ngroups = [\"qa\"]",
                "did you mean \"tester\"?",
            ),
            ("groups = [\"qa\"]", "[[roles]] has no \"role\""),
            ("role = \"tester\"", "so nobody has this role"),
            (
                "role = \"tester\"\ngroups = \"qa\"",
                "write it in brackets: groups = [\"qa\"]",
            ),
            (
                "role = \"tester\"\ngroups = []",
                "\"groups\" is an empty list",
            ),
            (
                "role = \"tester\"\ngroups = [7]",
                "is an integer, not a text",
            ),
            (
                "role = \"tester\"\ngroups = [\" qa\"]",
                "not the name of a group",
            ),
            (
                "role = \"tester\"\ngroups = [\"qa\"]\napps = []",
                "\"apps\" is an empty list",
            ),
            (
                "role = \"tester\"\ngroups = [\"qa\"]\napps = [\"walet\"]",
                "did you mean \"wallet\"?",
            ),
            (
                "role = \"tester\"\ngroups = [\"qa\"]\nenvironments = [\"prod\"]",
                "unknown environment \"prod\"",
            ),
            (
                "role = \"viewer\"\ngroups = [\"qa\"]\nenvironments = [\"dev\"]",
                "the role viewer is the same in all environments",
            ),
            (
                "role = \"tester\"\ngroup = [\"qa\"]",
                "did you mean \"groups\"?",
            ),
        ] {
            let problems = parse(&format!("[[roles]]\n{mistake}\n")).unwrap_err();
            assert!(problems.contains(explained), "{mistake}\n{problems}");
        }
    }
}
