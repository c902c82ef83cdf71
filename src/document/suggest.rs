//! The nearest known name for one that is not known.

/// The candidate most like `name`, if any is near enough to be what the author meant: at most one edit in
/// three characters (two in short names that share a start). Ties go to the candidate that comes first.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer texts are not misspelt names, and edit distance is quadratic.
    if name.len() > 100 {
        return None;
    }
    let wanted = name.to_lowercase();
    let allowed = (wanted.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name || candidate.len().abs_diff(name.len()) > allowed * 4 {
            continue;
        }
        let other = candidate.to_lowercase();
        let mut distance = strsim::osa_distance(&wanted, &other);
        // `max_target` for `max_targets`, `no-op` for `no_op`.
        if wanted.replace(['-', '_'], "") == other.replace(['-', '_'], "") {
            distance = distance.min(1);
        }
        // What shares no character is another name, not a misspelt one.
        if distance >= wanted.chars().count() {
            continue;
        }
        let plausible = distance <= allowed || (distance == 2 && shares_start(&wanted, &other));
        if plausible && best.is_none_or(|(shortest, _)| distance < shortest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn shares_start(a: &str, b: &str) -> bool {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    same >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_recognised_and_others_are_not() {
        let known = [
            "read",
            "notify",
            "write",
            "delete",
            "max_targets",
            "owner",
            "title",
        ];
        for (name, expected) in [
            ("reed", Some("read")),
            ("wirte", Some("write")),
            ("Owner", Some("owner")),
            ("max-targets", Some("max_targets")),
            ("maxTargets", Some("max_targets")),
            ("titel", Some("title")),
            ("execute", None),
            ("x", None),
            ("read", None),
        ] {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
        assert_eq!(nearest("4", ["0", "1"]), None);
        assert_eq!(nearest(&"a".repeat(1_000_000), known), None);
    }
}
