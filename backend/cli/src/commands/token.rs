//! `towpath token`: API tokens, by which programs do what their owners may.

use api::tokens::TokenRequest;
use clap::{Args, Subcommand};
use domain::{
    access::{Permission, Permit, Scope},
    id::{AppId, EnvironmentId, TokenId, TokenLabel},
    view::{MadeToken, TokenStanding, TokenView, TokensView},
    words,
};
use serde_json::{Value, json};

use super::ago;
use crate::{
    client::Api,
    failure::Failure,
    output::{Output, Table},
};

const TOKENS: &str = "/api/v1/tokens";

const MAKE_EXAMPLES: &str = "Examples:
  towpath token make ci --may register --app wallet --environment dev --days 30
  TOWPATH_TOKEN=$(towpath token make nightly --may download --hours 8)

The token is printed this once. A token makes no token: where people sign in, make one at /settings/tokens.";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a token, and print it this once
    Make(MakeOptions),
    /// List your tokens
    List(TokensOptions),
    /// End a token before its time
    Revoke(RevokeOptions),
}

#[derive(Args)]
#[command(after_help = MAKE_EXAMPLES)]
pub(crate) struct MakeOptions {
    /// What to call it
    name: TokenLabel,
    /// What it may do: view, download, register, report, promote, hold, withdraw, audit
    #[arg(
        long,
        required = true,
        value_name = "PERMISSION",
        value_delimiter = ','
    )]
    may: Vec<Permission>,
    /// For which app; more than once for several [default: all]
    #[arg(long, value_delimiter = ',')]
    app: Vec<AppId>,
    /// In which environment; more than once for several [default: all]
    #[arg(long, value_delimiter = ',')]
    environment: Vec<EnvironmentId>,
    #[command(flatten)]
    lifetime: Lifetime,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Lifetime {
    /// How many days it lives, 1 to 365
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=365))]
    days: Option<u32>,
    /// How many hours it lives, 1 to 8760
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=8760))]
    hours: Option<u32>,
}

#[derive(Args)]
pub(crate) struct TokensOptions {
    /// Those of everyone, for administrators
    #[arg(long)]
    everyones: bool,
}

#[derive(Args)]
pub(crate) struct RevokeOptions {
    /// The token's name, or its public half
    token: String,
}

pub(crate) async fn token(api: &Api, command: Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Make(options) => make(api, options, output).await,
        Command::List(options) => list(api, &options, output).await,
        Command::Revoke(options) => revoke(api, &options, output).await,
    }
}

async fn make(api: &Api, options: MakeOptions, output: &Output) -> Result<(), Failure> {
    let hours = match options.lifetime {
        Lifetime {
            hours: Some(hours), ..
        } => hours,
        Lifetime { days, .. } => days.unwrap_or_default() * 24,
    };
    let request = TokenRequest {
        label: options.name,
        permit: Permit {
            may: options.may,
            apps: scope(options.app),
            environments: scope(options.environment),
        },
        hours,
    };
    let answer: Value = api.post(TOKENS, &request).await?;
    if output.json {
        return output.value(&answer);
    }
    let made: MadeToken = read(answer)?;
    output.line(&made.bearer);
    output.note(&format!(
        "keep it in a safe place: it is not shown again. It ends at {}",
        words::second(made.token.expires_at),
    ));
    Ok(())
}

fn scope<T>(some: Vec<T>) -> Scope<T> {
    if some.is_empty() {
        Scope::All
    } else {
        Scope::Only(some)
    }
}

async fn list(api: &Api, options: &TokensOptions, output: &Output) -> Result<(), Failure> {
    let everyones = options.everyones.then(|| ("everyones", "true".to_owned()));
    let answer: Value = api.get(TOKENS, &everyones.into_iter().collect()).await?;
    if output.json {
        return output.value(&answer);
    }
    let TokensView { tokens, .. } = read(answer)?;
    if tokens.is_empty() {
        output.note("there are no tokens");
        return Ok(());
    }
    let mut table = Table::new(&["name", "id", "owner", "may", "for", "in", "used", "ends"]);
    for token in &tokens {
        let permit = &token.permit;
        table.row([
            (token.label.to_string(), None),
            (token.id.to_string(), None),
            (token.owner.name.clone(), None),
            (names(&permit.may), None),
            (some(permit.apps.clone()), None),
            (some(permit.environments.clone()), None),
            (token.used_at.map_or_else(|| "never".to_owned(), ago), None),
            ends(token),
        ]);
    }
    output.table(&table);
    Ok(())
}

fn ends(token: &TokenView) -> (String, Option<u8>) {
    match token.standing {
        TokenStanding::Live => (words::second(token.expires_at), None),
        TokenStanding::Expired => ("expired".to_owned(), Some(33)),
        TokenStanding::Revoked => ("revoked".to_owned(), Some(31)),
    }
}

fn names<T: ToString>(some: &[T]) -> String {
    let names: Vec<String> = some.iter().map(ToString::to_string).collect();
    names.join(",")
}

fn some<T: ToString>(scope: Scope<T>) -> String {
    match scope {
        Scope::All => "all".to_owned(),
        Scope::Only(some) => names(&some),
    }
}

async fn revoke(api: &Api, options: &RevokeOptions, output: &Output) -> Result<(), Failure> {
    let id = match options.token.parse::<TokenId>() {
        Ok(id) => id,
        Err(_) => named(api, &options.token).await?,
    };
    let answer: Value = api
        .post(&format!("{TOKENS}/{id}/revoke"), &json!({}))
        .await?;
    if output.json {
        return output.value(&answer);
    }
    let token: TokenView = read(answer)?;
    output.note(&format!("{} opens nothing any more", token.label));
    Ok(())
}

/// The live token of that name.
async fn named(api: &Api, name: &str) -> Result<TokenId, Failure> {
    let view: TokensView = api.get(TOKENS, &Vec::new()).await?;
    let mut tokens = view.tokens.into_iter();
    let found =
        tokens.find(|token| token.standing == TokenStanding::Live && token.label.as_str() == name);
    found.map(|token| token.id).ok_or_else(|| {
        let name: String = name.chars().take(80).collect();
        Failure::NotFound(format!(
            "you have no live token {name}: `towpath token list` shows those that there are"
        ))
    })
}

fn read<T: serde::de::DeserializeOwned>(answer: Value) -> Result<T, Failure> {
    serde_json::from_value(answer).map_err(|error| Failure::failed(&error))
}
