//! A portal behind a sign-in, with two apps in it and a session for every role: what `api.py` knocks at.
//!
//! It prints one line of JSON that says where it is and who may come in, and ends when its standard input does, so that it
//! never outlives whoever started it.

mod house;
mod people;
mod things;

use std::{
    io::{Read as _, Write as _},
    process::ExitCode,
};

use house::{Failed, House};
use serde_json::json;

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("doors: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Failed> {
    let house = House::open().await?;
    let people = people::signed_in(&house.portal, &house.sign_in).await?;
    let admin = people.get(people::ADMIN).map_or("", String::as_str);
    let things = things::bring(&house.address, admin).await?;
    let said = json!({"address": house.address, "people": people, "things": things});
    let mut out = std::io::stdout();
    writeln!(out, "{said}")?;
    out.flush()?;
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let _ = ended.await;
    Ok(())
}
