//! SQL, in the dialect-neutral grammar.

use sqlparser::ast::Statement;
use sqlparser::dialect::GenericDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

/// Words that make a statement change data, take locks or leave the database, wherever they stand outside of quotes.
const WRITING: [Keyword; 27] = [
    Keyword::ALTER,
    Keyword::ANALYZE,
    Keyword::ATTACH,
    Keyword::BEGIN,
    Keyword::CALL,
    Keyword::COMMIT,
    Keyword::COPY,
    Keyword::CREATE,
    Keyword::DELETE,
    Keyword::DROP,
    Keyword::EXEC,
    Keyword::EXECUTE,
    Keyword::GRANT,
    Keyword::INSERT,
    Keyword::INTO,
    Keyword::KILL,
    Keyword::LOCK,
    Keyword::MERGE,
    Keyword::OPTIMIZE,
    Keyword::REFRESH,
    Keyword::REPLACE,
    Keyword::REVOKE,
    Keyword::ROLLBACK,
    Keyword::SET,
    Keyword::TRUNCATE,
    Keyword::UPDATE,
    Keyword::VACUUM,
];

/// PostgreSQL's and MySQL's functions that change something although a `SELECT` calls them.
const WRITING_FUNCTIONS: [&str; 10] = [
    "dblink",
    "get_lock",
    "lo_",
    "nextval",
    "pg_advisory",
    "pg_cancel_backend",
    "pg_reload_conf",
    "pg_terminate_backend",
    "set_config",
    "setval",
];

/// Whether it is one statement of SQL.
pub(super) fn parse(text: &str) -> Result<(), String> {
    let statements = Parser::parse_sql(&GenericDialect {}, text)
        .map_err(|error| super::first_line(&error.to_string()))?;
    match statements.len() {
        1 => Ok(()),
        count => Err(format!("it holds {count} statements, not one")),
    }
}

/// What it does besides reading. A word that could write counts, even where it turns out to be a column's name.
pub(super) fn writes(text: &str) -> Option<String> {
    let tokens = Tokenizer::new(&GenericDialect {}, text).tokenize().ok()?;
    for token in &tokens {
        let Token::Word(word) = token else { continue };
        if word.quote_style.is_some() {
            continue;
        }
        if WRITING.contains(&word.keyword) {
            return Some(format!("`{}` changes something", word.value));
        }
        let name = word.value.to_lowercase();
        if WRITING_FUNCTIONS
            .iter()
            .any(|function| name.starts_with(function))
        {
            return Some(format!("`{}` changes something", word.value));
        }
    }
    let statements = Parser::parse_sql(&GenericDialect {}, text).ok()?;
    let other = |statement: &Statement| !matches!(statement, Statement::Query(_));
    if statements.len() > 1 {
        return Some(
            "it holds several statements, and only the first is looked at by a reader".to_owned(),
        );
    }
    statements
        .iter()
        .any(other)
        .then(|| "the statement is no `SELECT`".to_owned())
}
