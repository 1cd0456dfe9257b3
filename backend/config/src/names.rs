//! Names that tables may use, and guessing which was meant.

use strsim::osa_distance;

/// The most characters of a name that are compared: no known one is longer.
const LONGEST: usize = 60;

/// What tables may name.
pub(super) struct Names<'a> {
    pub(super) apps: Vec<&'a str>,
    pub(super) environments: Vec<&'a str>,
}

/// "did you mean …?", if one of the known names is near; else the names that there are.
pub(super) fn suggest(wrong: &str, known: &[&str]) -> String {
    match nearest(wrong, known) {
        Some(name) => format!("did you mean \"{name}\"?"),
        None if known.is_empty() => "there is none yet".to_owned(),
        None => format!("use one of: {}", known.join(", ")),
    }
}

/// The known name that is nearest, whatever its case, if one is near.
pub(super) fn nearest<'n>(wrong: &str, known: &[&'n str]) -> Option<&'n str> {
    let wrong: String = wrong.to_lowercase().chars().take(LONGEST).collect();
    known
        .iter()
        .map(|name| (osa_distance(&wrong, &name.to_lowercase()), *name))
        .min()
        .filter(|(distance, name)| *distance <= name.chars().count().div_ceil(3).max(1))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_near() {
        let known = ["dev", "preprod", "colour"];
        assert_eq!(nearest("preprdo", &known), Some("preprod"));
        assert_eq!(nearest("color", &known), Some("colour"));
        assert_eq!(nearest("", &known), None);
        assert_eq!(nearest(&"x".repeat(1 << 20), &known), None);
    }

    #[test]
    fn only_a_near_name_is_suggested() {
        assert_eq!(
            suggest("Preprod", &["dev", "preprod"]),
            "did you mean \"preprod\"?"
        );
        assert_eq!(
            suggest("staging", &["dev", "preprod"]),
            "use one of: dev, preprod"
        );
    }
}
