//! Parts of forms. Every form works without a script, and comes back with what was typed.

use domain::words::sentence;
use leptos::prelude::*;

use crate::{components::icon, form::Returned};

/// The most characters of a reason or a comment.
const LONGEST: &str = "1000";

/// A field for a few words.
pub(crate) struct Words {
    /// Its name in the form.
    pub(crate) name: &'static str,
    /// An identity on the page.
    pub(crate) id: String,
    pub(crate) label: &'static str,
    /// Whether it must not be left empty.
    pub(crate) required: bool,
}

impl Words {
    /// The field, with what was typed before.
    pub(crate) fn view(self, returned: Option<&Returned>) -> AnyView {
        let typed = returned.and_then(|returned| returned.value(self.name));
        let wrong = returned.is_some_and(|returned| {
            let mut troubles = returned.troubles.iter();
            troubles.any(|trouble| trouble.field.as_deref() == Some(self.name))
        });
        let id = self.id.clone();
        view! {
            <p class="field">
                <label for=self.id>{self.label}</label>
                <textarea id=id name=self.name rows="2" maxlength=LONGEST required=self.required
                    aria-invalid=wrong.then_some("true")>{escaped(typed.unwrap_or_default())}</textarea>
            </p>
        }
        .into_any()
    }
}

/// Text inside a text area, which Leptos writes as it stands.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A field that nobody sees.
pub(crate) fn hidden(name: &'static str, value: &(impl ToString + ?Sized)) -> AnyView {
    view! { <input type="hidden" name=name value=value.to_string() /> }.into_any()
}

/// Everything that was wrong with a form, where it comes back.
pub(crate) fn troubles(returned: Option<&Returned>, title: &'static str) -> Option<AnyView> {
    let returned = returned?;
    let items = returned.troubles.iter().map(|trouble| {
        let remedy = trouble.remedy.clone();
        let remedy = remedy.map(|remedy| view! { <small>{sentence(&remedy)}</small> });
        view! { <li>{sentence(&trouble.what)} {remedy}</li> }
    });
    let items = items.collect_view();
    let callout = view! {
        <div class="callout troubles" data-status="failed" role="alert" tabindex="-1" autofocus=true>
            {icon::icon(icon::WARNING)}
            <div><p><strong>{title}</strong></p><ul>{items}</ul></div>
        </div>
    };
    Some(callout.into_any())
}
