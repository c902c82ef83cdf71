//! The recursive-descent parser of conditions.

use std::ops::Range;

use super::{Atom, Builtin, CORROBORATED, Condition, ConditionError, KEYWORDS, Term};
use crate::document::id::MAX_ID_LEN;

/// Deepest nesting of `not`, parentheses and `at_least` accepted.
pub const MAX_DEPTH: usize = 64;

/// Most names, numbers, keywords and marks accepted in one condition.
pub const MAX_TOKENS: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Number(&'t str),
    Open,
    Close,
    Comma,
    End,
}

pub(super) fn parse(text: &str) -> Result<Condition, ConditionError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        end: text.len(),
    };
    let condition = parser.or()?;
    match parser.peek() {
        (Token::End, _) => Ok(condition),
        (Token::Close, span) => Err(error(
            span,
            "this `)` closes nothing",
            "remove it, or add the `(` it belongs to",
        )),
        (_, span) => Err(error(
            span,
            "an operator is missing here",
            "put `and` or `or` between two names",
        )),
    }
}

struct Parser<'t> {
    tokens: Vec<(Token<'t>, Range<usize>)>,
    at: usize,
    depth: usize,
    end: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> (Token<'t>, Range<usize>) {
        self.tokens
            .get(self.at)
            .cloned()
            .unwrap_or((Token::End, self.end..self.end))
    }

    fn next(&mut self) -> (Token<'t>, Range<usize>) {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn eat(&mut self, wanted: Token<'_>) -> bool {
        let found = self.peek().0 == wanted;
        self.at += usize::from(found);
        found
    }

    fn nested<T>(
        &mut self,
        span: Range<usize>,
        inner: impl FnOnce(&mut Self) -> Result<T, ConditionError>,
    ) -> Result<T, ConditionError> {
        if self.depth == MAX_DEPTH {
            return Err(error(
                span,
                format!("the condition is nested more than {MAX_DEPTH} levels deep"),
                "split it into several rows or checks",
            ));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn or(&mut self) -> Result<Condition, ConditionError> {
        let mut parts = vec![self.and()?];
        while self.eat(Token::Word("or")) {
            parts.push(self.and()?);
        }
        Ok(Condition::any(parts))
    }

    fn and(&mut self) -> Result<Condition, ConditionError> {
        let mut parts = vec![self.not()?];
        while self.eat(Token::Word("and")) {
            parts.push(self.not()?);
        }
        Ok(Condition::all(parts))
    }

    fn not(&mut self) -> Result<Condition, ConditionError> {
        let (token, span) = self.peek();
        if token != Token::Word("not") {
            return self.term();
        }
        self.at += 1;
        let inner = self.nested(span, Self::not)?;
        Ok(Condition::Not(Box::new(inner)))
    }

    fn term(&mut self) -> Result<Condition, ConditionError> {
        let (token, span) = self.next();
        match token {
            Token::Open => {
                let inner = self.nested(span.clone(), Self::or)?;
                self.close(span)?;
                Ok(inner)
            }
            Token::Word("at_least") => self.nested(span.clone(), |p| p.at_least(span)),
            Token::Word(word) if KEYWORDS.contains(&word) => Err(error(
                span,
                format!("`{word}` stands where the name of a check is expected"),
                "write a check on both sides of `and` and `or`, and one after `not`",
            )),
            Token::Word(word) => self.atom(word, span),
            Token::End => Err(error(
                span,
                "the condition ends where the name of a check is expected",
                "write a check name such as `err_high`",
            )),
            Token::Number(_) | Token::Close | Token::Comma => Err(error(
                span,
                "the name of a check is expected here",
                "write a check name such as `err_high`",
            )),
        }
    }

    fn close(&mut self, opened: Range<usize>) -> Result<Range<usize>, ConditionError> {
        let (token, span) = self.next();
        match token {
            Token::Close => Ok(span),
            Token::End => Err(error(
                opened,
                "this parenthesis is never closed",
                "add the missing `)`",
            )),
            Token::Comma => Err(error(
                span,
                "a comma separates nothing here",
                "lists are written only in `at_least(2, a, b, c)`",
            )),
            _ => Err(error(
                span,
                "an operator or `)` is missing here",
                "put `and` or `or` between two names, or close the parenthesis",
            )),
        }
    }

    fn number(&mut self, help: &str) -> Result<(usize, Range<usize>), ConditionError> {
        let (token, span) = self.next();
        match token {
            Token::Number(digits) => digits
                .parse()
                .map(|value| (value, span.clone()))
                .map_err(|_| error(span, "this number is too large", help)),
            _ => Err(error(span, "a whole number is expected here", help)),
        }
    }

    fn at_least(&mut self, keyword: Range<usize>) -> Result<Condition, ConditionError> {
        const HELP: &str = "write it as `at_least(2, a, b, c)`";
        let (token, opened) = self.next();
        if token != Token::Open {
            return Err(error(keyword, "`at_least` needs its arguments", HELP));
        }
        let (count, count_span) = self.number(HELP)?;
        let mut of = Vec::new();
        while self.eat(Token::Comma) {
            of.push(self.or()?);
        }
        self.close(opened)?;
        if of.is_empty() {
            return Err(error(keyword, "`at_least` names no conditions", HELP));
        }
        if count == 0 || count > of.len() {
            let verdict = if count == 0 { "always" } else { "never" };
            return Err(error(
                count_span,
                format!(
                    "`at_least({count}, …)` of {} conditions {verdict} holds",
                    of.len()
                ),
                format!("use a number from 1 to {}", of.len()),
            ));
        }
        Ok(Condition::AtLeast { count, of })
    }

    fn atom(&mut self, word: &str, span: Range<usize>) -> Result<Condition, ConditionError> {
        let called = self.peek().0 == Token::Open;
        let builtin = match (word, called) {
            (CORROBORATED, _) => {
                let (signals, end) = self.corroborated(&span)?;
                Some((Builtin::Corroborated(signals), span.start..end))
            }
            (_, true) => return Err(unknown_call(word, span)),
            (_, false) => Builtin::bare(word).map(|builtin| (builtin, span.clone())),
        };
        let (term, span) = match builtin {
            Some((builtin, span)) => (Term::Builtin(builtin), span),
            None => (Term::Check(word.into()), span),
        };
        Ok(Condition::Atom(Atom { term, span }))
    }

    fn corroborated(&mut self, name: &Range<usize>) -> Result<(usize, usize), ConditionError> {
        const HELP: &str =
            "write it as `corroborated(2)`: the number of kinds of signal that agree";
        let (token, opened) = self.next();
        if token != Token::Open {
            return Err(error(name.clone(), "`corroborated` needs a number", HELP));
        }
        let (signals, span) = self.number(HELP)?;
        if signals == 0 {
            return Err(error(span, "`corroborated(0)` always holds", HELP));
        }
        Ok((signals, self.close(opened)?.end))
    }
}

fn unknown_call(word: &str, span: Range<usize>) -> ConditionError {
    let help = if Builtin::bare(word).is_some() {
        format!("write `{word}` without parentheses")
    } else {
        format!(
            "only `at_least(n, …)` and `corroborated(n)` take arguments; write `{word}` alone if it is a check, \
             and `and` or `or` before a parenthesis"
        )
    };
    error(span, format!("`{word}` takes no arguments"), help)
}

fn tokens(text: &str) -> Result<Vec<(Token<'_>, Range<usize>)>, ConditionError> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let start = text.len() - rest.len();
        let (token, len) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            c if is_wordlike(c) => {
                let len = rest.find(|c| !is_wordlike(c)).unwrap_or(rest.len());
                let (word, _) = rest.split_at(len);
                (word_token(word, start)?, len)
            }
            c => return Err(unexpected(c, start, rest)),
        };
        if found.len() == MAX_TOKENS {
            return Err(error(
                start..start + len,
                format!("the condition has more than {MAX_TOKENS} parts"),
                "split it into several rows or checks",
            ));
        }
        found.push((token, start..start + len));
        let (_, after) = rest.split_at(len);
        rest = after.trim_start();
    }
    Ok(found)
}

// Letters that no name may have are taken along, so that the whole word is shown as wrong.
fn is_wordlike(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn word_token(word: &str, start: usize) -> Result<Token<'_>, ConditionError> {
    let span = start..start + word.len();
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(Token::Number(word));
    }
    if super::is_check_name(word) {
        return if word.len() <= MAX_ID_LEN {
            Ok(Token::Word(word))
        } else {
            Err(error(
                span,
                format!("the name is longer than {MAX_ID_LEN} characters"),
                "give the check a shorter name",
            ))
        };
    }
    let lower = word.to_ascii_lowercase();
    let help = if KEYWORDS.contains(&lower.as_str()) {
        format!("write `{lower}` in lower case")
    } else {
        "check names start with a lower-case letter and contain lower-case letters, digits and `_`"
            .to_owned()
    };
    let shown: String = word.chars().take(60).collect();
    Err(error(span, format!("`{shown}` is not a check name"), help))
}

fn unexpected(c: char, start: usize, rest: &str) -> ConditionError {
    let (len, help) = match c {
        '&' if rest.starts_with("&&") => (2, "write `and`"),
        '|' if rest.starts_with("||") => (2, "write `or`"),
        '!' => (1, "write `not`"),
        '<' | '>' | '=' | '%' => (
            1,
            "comparisons belong into a check; a condition only names checks",
        ),
        _ => (
            c.len_utf8(),
            "a condition is made of check names, `not`, `and`, `or`, `at_least(n, …)` and parentheses",
        ),
    };
    error(
        start..start + len,
        format!("`{}` has no meaning in a condition", c.escape_debug()),
        help,
    )
}

fn error(
    span: Range<usize>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> ConditionError {
    ConditionError {
        span,
        message: message.into(),
        help: Some(help.into()),
    }
}
