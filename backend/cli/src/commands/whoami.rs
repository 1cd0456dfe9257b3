//! `towpath whoami`: who the portal takes you for, and what you may do.

use domain::{
    access::{AppRights, HeldRole, Right, Scope},
    actor::ActorKind,
    view::Me,
    words::all_of,
};

use crate::{
    client::Api,
    failure::Failure,
    output::{Output, Table},
};

const PATH: &str = "/api/v1/me";

pub(crate) async fn whoami(api: &Api, output: &Output) -> Result<(), Failure> {
    let me = whole(api).await?;
    if output.json {
        return output.value(&me);
    }
    output.line(&format!("you are {}, known by: {}", who(&me), me.proof));
    if !me.groups.is_empty() {
        output.line(&format!("groups that count here: {}", all_of(&me.groups)));
    }
    if let Some(permit) = &me.permit {
        let may: Vec<&str> = permit.may.iter().map(|one| one.as_str()).collect();
        output.line(&format!(
            "permitted {}, {}",
            all_of(&may),
            place(&permit.apps, &permit.environments)
        ));
    }
    for role in &me.roles {
        output.line(&format!("role {}", words(role)));
    }
    if me.may.apps.is_empty() {
        output.line("you may see no app: ask an administrator for a role");
    } else {
        output.table(&table(&me.may.apps));
    }
    Ok(())
}

/// What the caller may do with all apps, a page of them after the other.
async fn whole(api: &Api) -> Result<Me, Failure> {
    let mut me: Me = api.get(PATH, &Vec::new()).await?;
    while let Some(next) = me.may.next.take() {
        let cursor = vec![("cursor", next.to_string())];
        let page: Me = api.get(PATH, &cursor).await?;
        me.may.apps.extend(page.may.apps);
        me.may.next = page.may.next;
    }
    Ok(me)
}

fn who(me: &Me) -> String {
    match (me.actor.kind, &me.actor.owner) {
        (ActorKind::Local, _) => "the one user of this local portal".to_owned(),
        (_, Some(owner)) => format!("{}, of {}", me.actor.name, owner.name),
        (_, None) => me.actor.name.clone(),
    }
}

fn words(role: &HeldRole) -> String {
    format!(
        "{} {}, through {}",
        role.role,
        place(&role.apps, &role.environments),
        all_of(&role.groups)
    )
}

fn place<A: AsRef<str>, E: AsRef<str>>(apps: &Scope<A>, environments: &Scope<E>) -> String {
    let apps = match apps {
        Scope::All => "of every app".to_owned(),
        Scope::Only(apps) => format!("of {}", all_of(apps)),
    };
    match environments {
        Scope::All => apps,
        Scope::Only(some) => format!("{apps} in {}", all_of(some)),
    }
}

fn table(apps: &[AppRights]) -> Table {
    let mut table = Table::new(&["app", "environment", "you may"]);
    for app in apps {
        let id = app.app.id.to_string();
        let plain = |text: String| (text, None);
        table.row([
            plain(id.clone()),
            plain("everywhere".to_owned()),
            plain(list(&app.everywhere)),
        ]);
        for place in &app.environments {
            table.row([
                plain(id.clone()),
                plain(place.environment.to_string()),
                plain(list(&place.may)),
            ]);
        }
    }
    table
}

fn list(rights: &[Right]) -> String {
    let words: Vec<&str> = rights.iter().map(|right| right.what.words()).collect();
    if words.is_empty() {
        "-".to_owned()
    } else {
        words.join("; ")
    }
}
