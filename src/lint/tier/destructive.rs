//! Words that stand for operations which take something away, or keep service from users.

/// The first word of a name such as `force-delete`, `core/pods:delete` or `deleteCollection` that stands for taking
/// something away, for good or for as long as it lasts.
pub(in crate::lint) fn destructive_word(name: &str) -> Option<&'static str> {
    let words = words(name);
    let to_zero = words
        .windows(3)
        .any(|three| three == ["scale", "to", "zero"]);
    if to_zero {
        return Some("scale to zero");
    }
    let known = |word: &String| WORDS.iter().find(|known| **known == word).copied();
    words.iter().find_map(known)
}

const WORDS: [&str; 20] = [
    "block",
    "delete",
    "deletecollection",
    "destroy",
    "drain",
    "drop",
    "erase",
    "force",
    "kill",
    "limit",
    "pause",
    "purge",
    "reject",
    "stop",
    "suspend",
    "terminate",
    "throttle",
    "truncate",
    "weight",
    "wipe",
];

/// The words of a name in lower case; capitals within a word begin another one.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in name.chars() {
        let begins = !c.is_alphanumeric() || (after_small && c.is_uppercase());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        after_small = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_count_however_they_are_joined() {
        assert_eq!(destructive_word("force-restart"), Some("force"));
        assert_eq!(destructive_word("core/pods:delete"), Some("delete"));
        assert_eq!(destructive_word("dropTable"), Some("drop"));
        assert_eq!(destructive_word("scale_to_zero"), Some("scale to zero"));
        assert_eq!(destructive_word("DELETE"), Some("delete"));
        assert_eq!(destructive_word("set-zone-weight"), Some("weight"));
        assert_eq!(destructive_word("lb/limits:limit"), Some("limit"));
        for harmless in [
            "enforce",
            "undelete",
            "lb/limits:update",
            "unlimited",
            "backdrop",
            "scale-out",
            "workforce/x:get",
            "",
        ] {
            assert_eq!(destructive_word(harmless), None, "{harmless}");
        }
    }
}
