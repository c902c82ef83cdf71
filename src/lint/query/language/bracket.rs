//! Brackets and quoted text, which all these languages share.

/// The deepest nesting of brackets, quoted text included: a bound, not a measure.
pub(super) fn depth(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Whether brackets and quotes outside of quoted text pair.
///
/// # Errors
/// Which one does not.
pub(super) fn paired(text: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' | '`' => {
                quoted(&mut rest, c).ok_or_else(|| format!("a text in {c} does not end"))?;
            }
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(c) => {
                return Err(format!("`{c}` closes nothing"));
            }
            _ => {}
        }
    }
    match open.pop() {
        Some(missing) => Err(format!("`{missing}` is missing at the end")),
        None => Ok(()),
    }
}

/// The text up to the closing quote, which is consumed; backquoted text knows no escapes.
pub(super) fn quoted(rest: &mut std::str::Chars<'_>, quote: char) -> Option<String> {
    let mut inner = String::new();
    while let Some(c) = rest.next() {
        if c == quote {
            return Some(inner);
        }
        inner.push(c);
        if c == '\\' && quote != '`' {
            inner.push(rest.next()?);
        }
    }
    None
}
