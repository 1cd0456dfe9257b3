//! The rules of the file.

use domain::{
    catalog::is_region,
    id::{AppId, EnvironmentId, RESERVED_APPS, RESERVED_ENVIRONMENTS},
    source::{PipelineName, Source},
};
use toml::de::DeTable;

use super::{
    App, Config, Environment, Pipeline, Problems, downloads, machines, paths,
    reader::{Document, Section, Text},
    roles,
    values::{
        colour, for_people, is_account, is_workflow, known, public_url, shaped, slug, unique,
    },
};

pub(super) const TOP_KEYS: [&str; 8] = [
    "public_url",
    "apps",
    "environments",
    "pipelines",
    "paths",
    "roles",
    "machines",
    "downloads",
];
pub(super) const APP_KEYS: [&str; 2] = ["id", "name"];
pub(super) const ENVIRONMENT_KEYS: [&str; 3] = ["id", "name", "colour"];
pub(super) const PIPELINE_KEYS: [&str; 6] =
    ["source", "name", "account", "region", "app", "environment"];

pub(super) fn config(text: &str, file: &str) -> Result<Config, Problems> {
    let document = Document::new(text, file);
    let (root, errors) = DeTable::parse_recoverable(text);
    let broken = !errors.is_empty();
    for error in errors {
        let what = error.message().lines().collect::<Vec<_>>().join(", ");
        document.problem(
            error.span().unwrap_or(0..0),
            format!("not valid TOML: {what}"),
            "correct this line; texts stand in double quotes, lists of tables begin with [[name]]",
        );
    }
    if broken {
        // What a broken file seems to lack is likely a consequence of where it broke.
        return document.finish(None);
    }
    let config = contents(&document, root.get_ref());
    document.finish(Some(config))
}

fn contents(document: &Document<'_>, root: &DeTable<'_>) -> Config {
    let top = Section::open(document, "this file", root, 0..0, &TOP_KEYS);
    let apps = apps(document, &top);
    let environments = environments(document, &top);
    let app_names: Vec<&str> = names(&apps);
    let environment_names: Vec<&str> = names(&environments);
    let pipelines = pipelines(document, &top, &app_names, &environment_names);
    let paths = paths::entries(
        document,
        &top,
        &paths::Names {
            apps: &app_names,
            environments: &environment_names,
        },
    );
    let roles = roles::entries(document, &top, &app_names, &environment_names);
    let machines = machines::entries(document, &top, &app_names, &environment_names);
    let public_url = top
        .optional("public_url", "https://releases.example.com")
        .and_then(|text| public_url(document, &text));
    Config {
        public_url,
        apps: apps.into_iter().filter_map(|(_, app)| app).collect(),
        environments: environments
            .into_iter()
            .filter_map(|(_, environment)| environment)
            .collect(),
        pipelines,
        paths,
        roles,
        machines,
        downloads: downloads::limits(document, &top),
    }
}

/// An entry that other entries may name, even when something else is wrong with it.
type Named<T> = (Option<Text>, Option<T>);

fn names<T>(entries: &[Named<T>]) -> Vec<&str> {
    entries
        .iter()
        .filter_map(|(id, _)| id.as_ref())
        .map(|id| id.value.as_str())
        .collect()
}

fn apps(document: &Document<'_>, top: &Section<'_, '_>) -> Vec<Named<App>> {
    let tables = top.tables("apps");
    if tables.is_empty() {
        document.problem(
            top.span_of("apps"),
            "no apps",
            "add [[apps]] with id = \"wallet\" and name = \"Wallet\"",
        );
    }
    let mut apps: Vec<Named<App>> = Vec::new();
    for (table, span) in tables {
        let section = Section::open(document, "[[apps]]", table, span, &APP_KEYS);
        let id = section.required("id", "wallet");
        let name = section
            .required("name", "Wallet")
            .and_then(|name| for_people(document, &name, 60));
        unique(document, "app", id.as_ref(), &names(&apps));
        let app = id
            .as_ref()
            .and_then(|id| slug::<AppId>(document, "app", id, &RESERVED_APPS));
        let app = app.zip(name).map(|(id, name)| App { id, name });
        apps.push((id, app));
    }
    apps
}

fn environments(document: &Document<'_>, top: &Section<'_, '_>) -> Vec<Named<Environment>> {
    let tables = top.tables("environments");
    if tables.is_empty() {
        document.problem(
            top.span_of("environments"),
            "no environments",
            "add [[environments]] with id = \"dev\", name = \"Development\" and colour = \"#2e7d32\"",
        );
    }
    let mut environments: Vec<Named<Environment>> = Vec::new();
    for (table, span) in tables {
        let section = Section::open(document, "[[environments]]", table, span, &ENVIRONMENT_KEYS);
        let id = section.required("id", "dev");
        let name = section
            .required("name", "Development")
            .and_then(|name| for_people(document, &name, 60));
        let colour = section
            .required("colour", "#2e7d32")
            .and_then(|text| colour(document, &text));
        unique(document, "environment", id.as_ref(), &names(&environments));
        let parsed = id.as_ref().and_then(|id| {
            slug::<EnvironmentId>(document, "environment", id, &RESERVED_ENVIRONMENTS)
        });
        let environment = parsed
            .zip(name)
            .zip(colour)
            .map(|((id, name), colour)| Environment { id, name, colour });
        environments.push((id, environment));
    }
    environments
}

fn pipelines(
    document: &Document<'_>,
    top: &Section<'_, '_>,
    apps: &[&str],
    environments: &[&str],
) -> Vec<Pipeline> {
    let mut pipelines: Vec<Pipeline> = Vec::new();
    for (table, span) in top.tables("pipelines") {
        let section = Section::open(document, "[[pipelines]]", table, span, &PIPELINE_KEYS);
        let Some(pipeline) = pipeline(document, &section, apps, environments) else {
            continue;
        };
        if let Some(first) = pipelines.iter().find(|first| first.covers(&pipeline)) {
            document.problem(
                section.span_of("name"),
                format!("the pipeline \"{}\" already feeds {}/{}", pipeline.name, first.app, first.environment),
                "remove this entry, or tell the two apart by account or region, the narrower one first",
            );
        }
        pipelines.push(pipeline);
    }
    pipelines
}

fn pipeline(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    apps: &[&str],
    environments: &[&str],
) -> Option<Pipeline> {
    let source = section
        .required("source", "codepipeline")
        .and_then(|text| known(document, "source", text, &Source::names()));
    let name = section.required("name", "wallet-dev").and_then(|name| {
        let shown = for_people(document, &name, 200);
        let source = source.as_deref().and_then(Source::named);
        let of_workflow = source.is_some_and(|it| it.pipelines == PipelineName::Workflow);
        shown.filter(|_| !of_workflow || is_workflow(document, &name))
    });
    let account = section.optional("account", "123456789012");
    let account = account.map(|text| {
        shaped(
            document,
            text,
            "an AWS account",
            "twelve digits",
            is_account,
        )
    });
    let region = section.optional("region", "eu-west-1");
    let region = region.map(|text| {
        shaped(
            document,
            text,
            "an AWS region",
            "such as \"eu-west-1\"",
            is_region,
        )
    });
    let app = section
        .required("app", "wallet")
        .and_then(|text| known(document, "app", text, apps));
    let environment = section
        .required("environment", "dev")
        .and_then(|text| known(document, "environment", text, environments));
    Some(Pipeline {
        source: source?,
        name: name?,
        account,
        region,
        app: app?.parse().ok()?,
        environment: environment?.parse().ok()?,
    })
}
