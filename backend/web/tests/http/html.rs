//! What tests look for in a page: its tags, their attributes, and what stands inside scripts.

/// One tag of a page.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// What follows it, up to the next tag.
    pub(crate) text: String,
}

/// A form with the names and values of its fields.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) method: String,
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// All tags of a page, those that close as `/name`.
pub(crate) fn tags(page: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let (mut tag, after) = tag(rest);
        let end = match tag.name.as_str() {
            "script" | "style" => after.find(&format!("</{}", tag.name)),
            _ => after.find('<'),
        };
        after[..end.unwrap_or(after.len())].clone_into(&mut tag.text);
        rest = &after[tag.text.len()..];
        found.push(tag);
    }
    found
}

/// A tag without its `<`, and what follows its `>`.
fn tag(text: &str) -> (Tag, &str) {
    let mut letters = text.char_indices().peekable();
    let mut words: Vec<(String, String)> = Vec::new();
    let mut word = String::new();
    let mut end = text.len();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '>' => {
                end = at + 1;
                break;
            }
            '=' => {
                let quote = letters.next_if(|(_, next)| matches!(next, '"' | '\''));
                let mut value = String::new();
                while let Some((_, next)) = letters.next_if(|(_, next)| match quote {
                    Some((_, quote)) => *next != quote,
                    None => !next.is_whitespace() && *next != '>',
                }) {
                    value.push(next);
                }
                if quote.is_some() {
                    letters.next();
                }
                words.push((std::mem::take(&mut word), plain(&value)));
            }
            _ if letter.is_whitespace() => {
                if !word.is_empty() {
                    words.push((std::mem::take(&mut word), String::new()));
                }
            }
            _ => word.push(letter.to_ascii_lowercase()),
        }
    }
    if !word.is_empty() {
        words.push((word, String::new()));
    }
    let name = if words.is_empty() {
        String::new()
    } else {
        words.remove(0).0
    };
    let tag = Tag {
        name,
        attributes: words,
        text: String::new(),
    };
    (tag, &text[end..])
}

/// Text without the escapes of an attribute.
fn plain(text: &str) -> String {
    let escapes = [
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    let replace = |text: String, (from, to): (&str, &str)| text.replace(from, to);
    escapes.into_iter().fold(text.to_owned(), replace)
}

/// All forms of a page. Of a choice it takes what stands first.
pub(crate) fn forms(tags: &[Tag]) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut select: Option<String> = None;
    let mut inside = false;
    for tag in tags {
        let text = |name| tag.attribute(name).unwrap_or_default().to_owned();
        match tag.name.as_str() {
            "form" => {
                inside = true;
                forms.push(Form {
                    method: text("method"),
                    action: text("action"),
                    fields: Vec::new(),
                });
            }
            "/form" => inside = false,
            "input" | "textarea" | "select" | "option" | "button" if inside => {
                let fields = &mut forms.last_mut().unwrap().fields;
                let name = match tag.name.as_str() {
                    "select" => {
                        select = Some(text("name"));
                        continue;
                    }
                    "option" => select.take().unwrap_or_default(),
                    _ => text("name"),
                };
                if !name.is_empty() && fields.iter().all(|(known, _)| *known != name) {
                    fields.push((name, text("value")));
                }
            }
            _ => {}
        }
    }
    forms
}

#[test]
fn tags_are_read_as_browsers_do() {
    let page = "<!doctype html><a href=\"/a?b&amp;c\" hidden>x<!-- <b> --></a><script>if (a<b) {}</script><br/>\
        <form method=post action='/f'><select name=s><option value=1><option value=2></select><input name=i></form>";
    let tags = tags(page);
    let link = tags.iter().find(|tag| tag.name == "a").unwrap();
    assert_eq!(link.attribute("href"), Some("/a?b&c"));
    assert_eq!(link.attribute("hidden"), Some(""));
    let script = tags.iter().find(|tag| tag.name == "script").unwrap();
    assert_eq!(script.text, "if (a<b) {}");
    let forms = forms(&tags);
    assert_eq!(
        (forms[0].method.as_str(), forms[0].action.as_str()),
        ("post", "/f")
    );
    let fields = [("s", "1"), ("i", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(forms[0].fields, fields);
}
