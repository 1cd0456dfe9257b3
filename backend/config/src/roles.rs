//! `[[roles]]`: which group has which role, and where.

use domain::{
    access::{Grant, Role, Scope},
    id::{AppId, EnvironmentId},
};
use schemars::JsonSchema;
use toml::de::DeTable;

use super::{
    SLUG,
    reader::{Document, Section, Text},
    values::known,
};

pub(super) const KEYS: [&str; 4] = ["role", "groups", "apps", "environments"];

const ROLES: [&str; 6] = {
    let mut names = [""; 6];
    let mut index = 0;
    while index < names.len() {
        names[index] = Role::ALL[index].as_str();
        index += 1;
    }
    names
};

/// A role that some groups have.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename = "Role", deny_unknown_fields)]
pub struct RoleEntry {
    /// What they may do; each role but `auditor` includes the ones before it. `viewer` sees what runs where. `tester` also
    /// downloads. `developer` also registers builds. `release-manager` also promotes, approves, holds and withdraws.
    /// `auditor` sees what a viewer sees, who downloaded what, and the audit log. `admin` does everything.
    #[schemars(with = "String", extend("enum" = ROLES))]
    pub role: Role,
    /// The groups, as the issuer names them. A person's own verified address counts as a group of one.
    #[schemars(length(min = 1), inner(length(min = 1, max = 200)))]
    pub groups: Vec<String>,
    /// The `id`s of the apps that it is for. Left out, all.
    #[schemars(with = "Option<Vec<String>>", length(min = 1), inner(regex(pattern = SLUG)), extend("type" = "array"))]
    pub apps: Option<Vec<AppId>>,
    /// The `id`s of the environments where they may do it; everyone who may see an app sees it in all. Left out, all.
    #[schemars(with = "Option<Vec<String>>", length(min = 1), inner(regex(pattern = SLUG)), extend("type" = "array"))]
    pub environments: Option<Vec<EnvironmentId>>,
}

impl RoleEntry {
    pub(super) fn grant(&self) -> Grant {
        Grant {
            role: self.role,
            groups: self.groups.clone(),
            apps: scope(self.apps.as_deref()),
            environments: scope(self.environments.as_deref()),
        }
    }
}

pub(super) fn scope<T: Clone>(some: Option<&[T]>) -> Scope<T> {
    some.map_or(Scope::All, |some| Scope::Only(some.to_vec()))
}

pub(super) fn entries(
    document: &Document<'_>,
    top: &Section<'_, '_>,
    apps: &[&str],
    environments: &[&str],
) -> Vec<RoleEntry> {
    let tables = top.tables("roles");
    tables
        .into_iter()
        .filter_map(|(table, span)| {
            let section = Section::open(document, "[[roles]]", table, span, &KEYS);
            entry(document, &section, table, apps, environments)
        })
        .collect()
}

fn entry(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    table: &DeTable<'_>,
    apps: &[&str],
    environments: &[&str],
) -> Option<RoleEntry> {
    let role = section
        .required("role", "viewer")
        .and_then(|text| known(document, "role", text, &ROLES))
        .and_then(|name| name.parse::<Role>().ok());
    if !table.contains_key("groups") {
        document.problem(
            section.span_of("groups"),
            "[[roles]] has no \"groups\", so nobody has this role",
            "add groups = [\"testers\"], as your issuer names them",
        );
    }
    let groups = section.texts("groups", "testers");
    let groups = groups.map(|groups| self::groups(document, groups));
    let apps = section
        .texts("apps", "wallet")
        .map(|names| all_known(document, "app", names, apps));
    let places = section
        .texts("environments", "dev")
        .map(|names| all_known(document, "environment", names, environments));
    if let (Some(role), Some(_)) = (role.filter(|role| !role.is_per_environment()), &places) {
        document.problem(
            section.span_of("environments"),
            format!("the role {role} is the same in all environments"),
            "leave \"environments\" out",
        );
    }
    Some(RoleEntry {
        role: role?,
        groups: groups?,
        apps,
        environments: places,
    })
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

pub(super) fn all_known<T: std::str::FromStr>(
    document: &Document<'_>,
    kind: &str,
    names: Vec<Text>,
    there_are: &[&str],
) -> Vec<T> {
    names
        .into_iter()
        .filter_map(|name| known(document, kind, name, there_are))
        .filter_map(|name| name.parse().ok())
        .collect()
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
