//! Which name was meant?

/// The number of names offered.
const OFFERED: usize = 3;

/// The candidates nearest to `name`, all at the same distance: equal but for case, or within an edit distance of
/// one, and one more for every four letters.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let allowed = 1 + name.chars().count() / 4;
    let mut close: Vec<(usize, &str)> = candidates
        .filter_map(|c| {
            let distance = if c.to_lowercase() == name.to_lowercase() {
                0
            } else {
                edit_distance(name, c)
            };
            let whole = name.chars().count().max(c.chars().count());
            (distance <= allowed && distance < whole).then_some((distance, c))
        })
        .collect();
    let least = close.iter().map(|&(distance, _)| distance).min();
    close.retain(|&(distance, _)| Some(distance) == least);
    close.sort_by_key(|&(_, c)| std::cmp::Reverse(common_start(name, c)));
    close.into_iter().take(OFFERED).map(|(_, c)| c).collect()
}

/// The number of letters at the beginning that two names share.
fn common_start(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

/// Insertions, deletions, replacements and exchanges of neighbours (optimal string alignment).
#[must_use]
pub fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// `'a', 'b' or 'c'`.
#[must_use]
pub(crate) fn quoted(names: &[&str], joint: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("'{n}'")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((one, [])) => one.clone(),
        Some((last, rest)) => format!("{}{joint}{last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_exchanged_neighbours_once() {
        assert_eq!(edit_distance("beat", "beta"), 1);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("gamma", "gamma"), 0);
    }

    #[test]
    fn near_names_are_offered_nearest_first() {
        let known = ["S", "I", "beta", "gamma", "t", "pi"];
        assert_eq!(nearest("beat", known.into_iter()), ["beta"]);
        assert_eq!(nearest("Gamma", known.into_iter()), ["gamma"]);
        assert_eq!(nearest("s", known.into_iter()), ["S"]);
        assert!(nearest("velocity", known.into_iter()).is_empty());
        assert!(nearest("x", known.into_iter()).is_empty());
        assert_eq!(
            nearest("sinn", ["min", "sign", "sin"].into_iter()),
            ["sin", "sign"]
        );
    }
}
