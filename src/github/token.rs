//! The token: handed to the connection, and shown to nobody.

use std::fmt;

/// What GitHub knows the caller by.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// From text, without the line end a file may have; none when nothing is left, or what no token has.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_token = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_token.then(|| Self(text.to_owned()))
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// The text with the token taken out, should it be in there.
    pub(super) fn hide_in(&self, text: &str) -> String {
        text.replace(&self.0, "***")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::new(" ghs_secret\n").unwrap();
        assert_eq!(format!("{token:?}"), "Token(***)");
        assert_eq!(
            token.hide_in("sent ghs_secret twice: ghs_secret"),
            "sent *** twice: ***"
        );
        assert!(Token::new(" \n").is_none());
        assert!(Token::new("two\nlines").is_none());
    }
}
