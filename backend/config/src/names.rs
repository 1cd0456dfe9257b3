//! Guessing which name was meant.

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
    let wrong = wrong.to_lowercase();
    known
        .iter()
        .map(|name| (distance(&wrong, &name.to_lowercase()), *name))
        .min()
        .filter(|(distance, name)| *distance <= name.chars().count().div_ceil(3).max(1))
        .map(|(_, name)| name)
}

/// How many characters must be inserted, removed, replaced or swapped with their neighbour (Damerau and Levenshtein,
/// each character once).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(60).collect(), b.chars().take(60).collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before_last[j - 2] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_near() {
        assert_eq!(distance("preprdo", "preprod"), 1);
        assert_eq!(distance("color", "colour"), 1);
        assert_eq!(distance("", "dev"), 3);
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
