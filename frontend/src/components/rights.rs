//! What someone may do, as a picture: a table for each app, a column for each environment, and in each cell the roles that
//! it comes from.

use domain::{
    access::{Ability, AppRights, HeldRole, PlaceRights, Right, Rights, Scope},
    catalog::Environment,
    words::all_of,
};
use leptos::prelude::*;

use crate::components::{
    environment,
    icon::{self, icon},
};

/// The roles that someone has, by the numbers that [`tables`] names them with.
pub(crate) fn roles(roles: &[HeldRole]) -> AnyView {
    let items = roles
        .iter()
        .map(|held| {
            let groups = held.groups.iter();
            let groups = groups.map(|group| view! { <code>{group.clone()}</code>" " });
            view! {
                <li>
                    <span class="entry-number">{held.entry}</span>
                    <div class="what">
                        <p><strong>{held.role.as_str()}</strong>" "{place(held)}</p>
                        <p class="facts"><span>"through "{groups.collect_view()}</span></p>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="rows roles">{items}</ul> }.into_any()
}

/// Of which apps a role is, and where.
pub(crate) fn place(held: &HeldRole) -> String {
    let apps = match &held.apps {
        Scope::All => "of every app".to_owned(),
        Scope::Only(apps) => format!("of {}", all_of(apps)),
    };
    match &held.environments {
        Scope::Only(some) => format!("{apps}, in {}", all_of(some)),
        Scope::All => apps,
    }
}

/// What someone may do. Apps for which it is the same share a table.
pub(crate) fn tables(rights: &Rights, environments: &[Environment]) -> AnyView {
    let mut alike: Vec<Vec<&AppRights>> = Vec::new();
    for app in &rights.apps {
        let same = |other: &AppRights| {
            other.everywhere == app.everywhere && other.environments == app.environments
        };
        match alike.iter_mut().find(|apps| same(apps[0])) {
            Some(apps) => apps.push(app),
            None => alike.push(vec![app]),
        }
    }
    let tables = alike
        .iter()
        .map(|apps| table(apps, environments))
        .collect_view();
    view! { {tables} {beyond(&rights.beyond)} }.into_any()
}

fn table(apps: &[&AppRights], environments: &[Environment]) -> AnyView {
    let Some(first) = apps.first() else {
        return ().into_any();
    };
    let names: Vec<&str> = apps.iter().map(|app| app.app.name.as_str()).collect();
    let heads = environments
        .iter()
        .map(|one| view! { <th scope="col">{environment::id(one)}</th> })
        .collect_view();
    let nowhere = first.environments.iter().all(|place| place.may.is_empty());
    let rows = Ability::IN_ENVIRONMENTS
        .into_iter()
        .map(|ability| row(ability, &first.environments))
        .collect_view();
    let everywhere = view! {
        <p class="facts beside"><span>"In every environment: "</span>{list(&first.everywhere)}</p>
    };
    if nowhere {
        return view! { <h3>{all_of(&names)}</h3> {everywhere} }.into_any();
    }
    view! {
        <div class="wide-table">
            <table class="rights">
                <caption>{all_of(&names)}</caption>
                <thead><tr><td></td>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {everywhere}
    }
    .into_any()
}

fn row(ability: Ability, places: &[PlaceRights]) -> AnyView {
    let cells = places
        .iter()
        .map(|place| {
            let right = place.may.iter().find(|right| right.what == ability);
            match right {
                Some(right) => view! {
                    <td class="yes">{icon(icon::CHECK)}<span class="unseen">"yes"</span>{why(right)}</td>
                }
                .into_any(),
                None => view! { <td class="no"><span aria-hidden="true">"–"</span><span class="unseen">"no"</span></td> }
                    .into_any(),
            }
        })
        .collect_view();
    view! { <tr><th scope="row">{ability.words()}</th>{cells}</tr> }.into_any()
}

/// The numbers of the roles, or that a gate asks for it.
fn why(right: &Right) -> Option<AnyView> {
    let numbers: Vec<String> = right.roles.iter().map(ToString::to_string).collect();
    let text = match (numbers.is_empty(), right.named.is_empty()) {
        (false, _) => numbers.join(", "),
        (true, false) => "gate".to_owned(),
        (true, true) => return None,
    };
    let title = if right.named.is_empty() {
        format!("by the role in line {text}")
    } else {
        format!("a gate asks for {}", all_of(&right.named))
    };
    Some(view! { " "<small title=title>{text}</small> }.into_any())
}

fn beyond(rights: &[Right]) -> Option<AnyView> {
    if rights.is_empty() {
        return None;
    }
    Some(view! { <p class="facts beside"><span>"Global: "</span>{list(rights)}</p> }.into_any())
}

fn list(rights: &[Right]) -> AnyView {
    let items = rights.iter().map(|right| {
        view! { <span>{icon(icon::CHECK)}" "{right.what.words()}{why(right)}</span> }
    });
    items.collect_view().into_any()
}
