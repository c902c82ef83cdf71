//! The parser of templates.

use std::ops::Range;

use super::{Filter, FilterKind, Placeholder, Reference, TemplateError};

/// Longest text of a template, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 64 * 1024;

/// Most placeholders in a template.
pub const MAX_PLACEHOLDERS: usize = 256;

/// Most names in a dotted path.
pub const MAX_PATH: usize = 8;

/// Most filters on one placeholder.
pub const MAX_FILTERS: usize = 8;

// With MAX_RENDERED_BYTES this bounds what `replace` can allocate before its result is measured.
const MAX_FILTER_ARGUMENT_BYTES: usize = 64;

const SHAPE: &str = "a placeholder is a dotted path and filters: `{{ incident.service | lower }}`";

pub(super) fn placeholders(text: &str) -> Result<Vec<Placeholder>, TemplateError> {
    if text.len() > MAX_TEMPLATE_BYTES {
        return Err(error(
            0..0,
            format!("the template is longer than {MAX_TEMPLATE_BYTES} bytes"),
            "split it",
        ));
    }
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((at, mark)) = next_mark(text, from) {
        let span = at..at + 2;
        match mark {
            "{{" if found.len() == MAX_PLACEHOLDERS => {
                return Err(error(
                    span,
                    format!("the template has more than {MAX_PLACEHOLDERS} placeholders"),
                    "split it",
                ));
            }
            "{{" => {
                let placeholder = Cursor { text, at: at + 2 }.placeholder(at)?;
                from = placeholder.span.end;
                found.push(placeholder);
            }
            "}}" => {
                return Err(error(
                    span,
                    "this `}}` closes nothing",
                    "open the placeholder with `{{`, or put a blank between the braces if they are text",
                ));
            }
            _ => {
                return Err(error(
                    span,
                    format!(
                        "`{mark}` begins a statement or a comment, which templates do not have"
                    ),
                    SHAPE,
                ));
            }
        }
    }
    Ok(found)
}

fn next_mark(text: &str, from: usize) -> Option<(usize, &str)> {
    const MARKS: [&str; 4] = ["{{", "}}", "{%", "{#"];
    let mut at = from;
    loop {
        at += text.get(at..)?.find(['{', '}'])?;
        let mark = text.get(at..at + 2).filter(|mark| MARKS.contains(mark));
        match mark {
            Some(mark) => return Some((at, mark)),
            None => at += 1,
        }
    }
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, mark: &str) -> bool {
        let found = self.rest().starts_with(mark);
        self.at += if found { mark.len() } else { 0 };
        found
    }

    fn placeholder(&mut self, start: usize) -> Result<Placeholder, TemplateError> {
        let opened = start..start + 2;
        self.skip_blanks();
        let reference = self.reference(&opened)?;
        let mut filters = Vec::new();
        loop {
            self.skip_blanks();
            if self.eat("}}") {
                return Ok(Placeholder {
                    span: start..self.at,
                    reference,
                    filters,
                });
            }
            if !self.eat("|") {
                return Err(self.unexpected(&opened));
            }
            self.skip_blanks();
            let filter = self.filter(&opened)?;
            if filters.len() == MAX_FILTERS {
                return Err(error(
                    filter.span,
                    format!("more than {MAX_FILTERS} filters on one value"),
                    "prepare the value where it comes from",
                ));
            }
            filters.push(filter);
        }
    }

    fn reference(&mut self, opened: &Range<usize>) -> Result<Reference, TemplateError> {
        let start = self.at;
        let mut segments = Vec::new();
        loop {
            let name = self.name(opened)?;
            if segments.len() == MAX_PATH {
                return Err(error(
                    start..self.at,
                    format!("the path has more than {MAX_PATH} names"),
                    SHAPE,
                ));
            }
            segments.push(name.to_owned());
            if !self.eat(".") {
                break;
            }
        }
        Ok(Reference {
            segments,
            span: start..self.at,
        })
    }

    fn name(&mut self, opened: &Range<usize>) -> Result<&'t str, TemplateError> {
        let rest = self.rest();
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let len = rest.find(|c| !plain(c)).unwrap_or(rest.len());
        let (name, _) = rest.split_at(len);
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.unexpected(opened));
        }
        self.at += len;
        Ok(name)
    }

    fn filter(&mut self, opened: &Range<usize>) -> Result<Filter, TemplateError> {
        let start = self.at;
        let name = self.name(opened)?;
        let kind =
            FilterKind::from_name(name).ok_or_else(|| unknown_filter(name, start..self.at))?;
        let name_end = self.at;
        self.skip_blanks();
        let opened_args = self.at..self.at + 1;
        let mut args = Vec::new();
        if self.eat("(") {
            loop {
                self.skip_blanks();
                args.push(self.text_literal(opened)?);
                self.skip_blanks();
                if args.len() > kind.arity() || !self.eat(",") {
                    break;
                }
            }
            if !self.eat(")") {
                return Err(error(
                    opened_args,
                    "this parenthesis is not closed after the arguments",
                    usage(kind),
                ));
            }
        } else {
            self.at = name_end;
        }
        if args.len() != kind.arity() {
            let message = format!("`{name}` takes {} arguments", kind.arity());
            return Err(error(start..self.at, message, usage(kind)));
        }
        if kind == FilterKind::Replace && args.first().is_some_and(String::is_empty) {
            return Err(error(
                start..self.at,
                "`replace` has nothing to look for",
                usage(kind),
            ));
        }
        Ok(Filter {
            kind,
            args,
            span: start..self.at,
        })
    }

    fn text_literal(&mut self, opened: &Range<usize>) -> Result<String, TemplateError> {
        let start = self.at;
        let quote = match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => quote,
            _ => return Err(self.unexpected(opened)),
        };
        let body = self.rest().get(1..).unwrap_or_default();
        let Some(len) = body.find([quote, '\\']) else {
            return Err(error(
                start..start + 1,
                "this text is never closed",
                format!("add the missing `{quote}`"),
            ));
        };
        let (literal, after) = body.split_at(len);
        self.at = start + 1 + len + 1;
        if after.starts_with('\\') {
            return Err(error(
                start..self.at,
                "escapes are not known in templates",
                "use the other kind of quote, or leave the character out",
            ));
        }
        if literal.len() > MAX_FILTER_ARGUMENT_BYTES {
            return Err(error(
                start..self.at,
                format!("the text is longer than {MAX_FILTER_ARGUMENT_BYTES} bytes"),
                "use a shorter one",
            ));
        }
        Ok(literal.to_owned())
    }

    fn unexpected(&self, opened: &Range<usize>) -> TemplateError {
        let Some(found) = self.rest().chars().next() else {
            return error(
                opened.clone(),
                "this placeholder is never closed",
                "add the missing `}}`",
            );
        };
        let help = match found {
            '(' => "templates cannot call functions; only `replace` takes arguments",
            '-' => "names are made of letters, digits and `_`; blanks cannot be trimmed with `-`",
            '[' => "members are named with a dot, and lists cannot be indexed",
            _ => SHAPE,
        };
        error(
            self.at..self.at + found.len_utf8(),
            format!(
                "`{}` is not expected in a placeholder",
                found.escape_debug()
            ),
            help,
        )
    }
}

fn unknown_filter(name: &str, span: Range<usize>) -> TemplateError {
    let help = if name == "default" {
        "an undefined value must stop the step; it is never replaced".to_owned()
    } else {
        let known = FilterKind::ALL.map(FilterKind::name).join(", ");
        format!("the filters are {known}")
    };
    let shown: String = name.chars().take(60).collect();
    error(span, format!("`{shown}` is not an allowed filter"), help)
}

fn usage(kind: FilterKind) -> String {
    match kind {
        FilterKind::Replace => "write it as `replace(\"_\", \"-\")`".to_owned(),
        _ => format!("write `{}` without parentheses", kind.name()),
    }
}

fn error(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> TemplateError {
    TemplateError {
        span,
        message: message.into(),
        help: Some(help.into()),
    }
}
