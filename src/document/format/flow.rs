//! Collections written with brackets. Where the author broke lines they stay broken; blanks become canonical.

use super::writer::{Unsound, Writer};
use crate::document::tree::{NodeKind, NodeRef};

/// How much deeper each level of brackets is indented.
const STEP: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Open,
    Close,
    Comma,
    Colon,
    Word,
    Comment,
}

/// Where the writer stands within a flow collection.
struct State {
    indent: usize,
    depth: usize,
    /// Line breaks since the last token.
    breaks: usize,
    last: Option<Token>,
    /// A comma that is dropped if the collection ends on its line.
    comma: bool,
    /// Whether all of it is on one line, so that it may be the row of a table.
    is_row: bool,
}

impl Writer<'_> {
    /// A flow collection. Lines after the first are indented by `indent` and two spaces for each open bracket.
    pub(super) fn flow(&mut self, node: NodeRef<'_>, indent: usize) -> Result<(), Unsound> {
        let span = node.span();
        let mut state = State {
            indent,
            depth: 0,
            breaks: 0,
            last: None,
            comma: false,
            is_row: !node.raw().contains('\n'),
        };
        let mut at = span.start as usize;
        let words = node.descendants().filter(|node| {
            !matches!(node.kind(), NodeKind::Seq | NodeKind::Map) && !node.span().is_empty()
        });
        for word in words {
            at = self.gap(at, word.span().start as usize, &mut state)?;
            self.token(Token::Word, word.span().start as usize, &mut state);
            self.words(word, state.line_indent(Token::Word) + STEP);
            at = at.max(word.span().end as usize);
        }
        self.gap(at, span.end as usize, &mut state)?;
        if state.depth == 0 { Ok(()) } else { Err(at) }
    }

    /// Everything between two words: brackets, commas, colons, comments, white space.
    fn gap(&mut self, mut at: usize, end: usize, state: &mut State) -> Result<usize, Unsound> {
        while at < end {
            let byte = *self.text.as_bytes().get(at).ok_or(at)?;
            match byte {
                b' ' | b'\t' | b'\r' => {}
                b'\n' => state.breaks += 1,
                b'[' | b'{' => {
                    self.token(Token::Open, at, state);
                    self.out.push(char::from(byte));
                    state.depth += 1;
                }
                b']' | b'}' => {
                    self.token(Token::Close, at, state);
                    self.out.push(char::from(byte));
                    state.depth = state.depth.checked_sub(1).ok_or(at)?;
                }
                b',' => {
                    // A comma stands directly behind what it ends, and cannot behind a comment.
                    if state.comma || state.last == Some(Token::Comment) {
                        return Err(at);
                    }
                    state.comma = true;
                }
                b':' => {
                    self.token(Token::Colon, at, state);
                    self.out.push(':');
                }
                b'#' => {
                    self.token(Token::Comment, at, state);
                    let own_line = state.breaks > 0 || state.last == Some(Token::Comment);
                    at = self.comment_at(at, own_line)?;
                    state.ended(Token::Comment);
                    continue;
                }
                _ => return Err(at),
            }
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',') {
                state.ended(match byte {
                    b':' => Token::Colon,
                    b']' | b'}' => Token::Close,
                    _ => Token::Open,
                });
            }
            at += 1;
        }
        Ok(at)
    }

    /// What stands before a token: a comma that was waiting, and white space.
    fn token(&mut self, token: Token, at: usize, state: &mut State) {
        let broken = state.breaks > 0 || state.last == Some(Token::Comment);
        if state.comma && (token != Token::Close || broken) {
            self.out.push(',');
            state.last = Some(Token::Comma);
        }
        state.comma = false;
        if token == Token::Comment && state.breaks == 0 {
            return;
        }
        if broken && state.last.is_some() {
            let empty = state.breaks > 1;
            self.out.push_str(if empty { "\n\n" } else { "\n" });
            self.indent(state.line_indent(token));
        } else {
            let tight = matches!(token, Token::Close | Token::Colon)
                || matches!(state.last, None | Some(Token::Open));
            if !tight {
                self.out.push(' ');
            }
            if state.is_row && state.depth == 1 && state.last == Some(Token::Comma) {
                self.stop(at, false);
            }
        }
        if token == Token::Word {
            state.ended(Token::Word);
        }
    }
}

impl State {
    fn ended(&mut self, token: Token) {
        self.last = Some(token);
        self.breaks = 0;
    }

    fn line_indent(&self, token: Token) -> usize {
        let depth = match token {
            Token::Close => self.depth.saturating_sub(1),
            _ => self.depth,
        };
        self.indent + STEP * depth
    }
}
