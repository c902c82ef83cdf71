//! What something means: a name, a key, a literal with a unit, a rule in a comment.

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};

use super::fault::Fault;
use super::occurrence::{self, Symbol};
use super::session::Session;
use super::workspace::Place;
use crate::document::model::{Action, Document, ParamSpec, Params, Query, Spec, Typed};
use crate::document::unit::{Duration, Quantity, RateLimit, Unit};
use crate::document::{Route, SchemaSet, Span, Target};
use crate::library::Library;
use crate::lint::registry;

/// What stands at a position means.
pub(super) fn hover(session: &mut Session, params: HoverParams) -> Result<Option<Hover>, Fault> {
    let at = params.text_document_position_params;
    let workspace = &session.workspace;
    let place = workspace.place(&at.text_document.uri, at.position)?;
    Ok(place.and_then(|place| {
        let (text, span) = rule(&place)
            .or_else(|| named(workspace.library(), &place))
            .or_else(|| described(workspace.library(), &place))?;
        Some(Hover {
            contents: HoverContents::Markup(MarkupContent {
                kind: MarkupKind::Markdown,
                value: text,
            }),
            range: Some(workspace.encoding.range(place.entry.source(), span)),
        })
    }))
}

/// A rule named in a comment that allows it.
fn rule(place: &Place<'_>) -> Option<(String, Span)> {
    let mut comments = place.entry.tree().comments();
    let comment = comments.find(|comment| comment.span.touches(place.offset))?;
    comment.text.strip_prefix("rbk:")?;
    let source = place.entry.source();
    let raw = source.slice(comment.span);
    let at = (place.offset - comment.span.start) as usize;
    let is_code = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let start = raw
        .get(..at)?
        .rfind(|c| !is_code(c))
        .map_or(0, |found| found + 1);
    let length = raw.get(start..)?.find(|c| !is_code(c))?;
    let rule = registry::find(raw.get(start..start + length)?).ok()?;
    let allowed = match rule.is_adjustable() {
        true => "It may be allowed in place.",
        false => "It is locked: only a reviewed `Exception` document can let it pass.",
    };
    let start = comment.span.start + u32::try_from(start).ok()?;
    let end = start + u32::try_from(length).ok()?;
    let text = format!(
        "**{} {}** ({})\n\n{}\n\n{}\n\n{allowed}",
        rule.code, rule.name, rule.severity, rule.summary, rule.why
    );
    Some((text, Span::new(start, end)))
}

/// What a name stands for.
fn named(library: &Library, place: &Place<'_>) -> Option<(String, Span)> {
    let named = occurrence::at(place.entry, place.offset)?;
    let text = match &named.symbol {
        Symbol::Document(kind, id) => {
            let entry = library.entry(library.find(*kind, id)?)?;
            let document = entry.outlined()?;
            let head = format!("**{kind} {id}** — {}", document.metadata().title);
            match document {
                Typed::Action(action) => format!("{head}\n\n{}", action_text(action)),
                Typed::Query(query) => format!("{head}\n\n{}", query_text(query)),
                _ => head,
            }
        }
        Symbol::Check { name, .. } => {
            let all = occurrence::occurrences(place.entry).into_iter();
            let mut made = all.filter(|one| one.defines && one.symbol == named.symbol);
            let (route, _) = place.entry.tree().at_offset(made.next()?.span.start);
            let check = place.entry.root().resolve(&route)?;
            format!("**check {name}**\n\n```yaml\n{}\n```", check.raw())
        }
        Symbol::Class(id) => {
            let (_, taxonomy) = library.taxonomy()?;
            let class = taxonomy.spec.classes.get(id.as_str())?;
            format!("**incident class {id}** — {}", class.title)
        }
        Symbol::Path { .. } | Symbol::Team(_) | Symbol::Environment(_) => return None,
    };
    Some((text, named.span))
}

fn action_text(action: &Document<Action>) -> String {
    let spec = &action.spec;
    let class = word(&spec.reversibility.class);
    let undo = match (
        &spec.reversibility.inverse,
        &spec.reversibility.compensation,
    ) {
        (Some(inverse), _) => format!(", undone by `{}`", inverse.action),
        (None, Some(call)) => format!(", made up for by `{}`", call.action),
        (None, None) => String::new(),
    };
    let effect = word(&spec.effect);
    let head = format!("tier {} · {effect} · {class}{undo}", spec.tier);
    format!("{head}{}", params_text(&spec.params))
}

fn query_text(query: &Document<Query>) -> String {
    let spec = &query.spec;
    let (backend, kind, no_data) = (
        word(&spec.backend),
        word(&spec.result.kind),
        word(&spec.no_data),
    );
    let unit = spec.result.unit.describe();
    format!(
        "{backend} · {kind}, {unit} · no data is {no_data}\n\n```{backend}\n{}\n```{}",
        spec.template.trim_end(),
        params_text(&spec.params)
    )
}

fn params_text(params: &Params) -> String {
    let lines = params.iter().map(|(name, spec)| {
        let optional = if spec.is_required() { "" } else { ", optional" };
        format!("\n- `{name}`: {}{optional}", param_text(spec))
    });
    let lines: String = lines.collect();
    if lines.is_empty() {
        lines
    } else {
        format!("\n{lines}")
    }
}

/// A parameter in a few words.
pub(super) fn param_text(spec: &ParamSpec) -> String {
    let mut text = word(&spec.kind);
    if let Some(lookup) = &spec.lookup {
        text.push_str(&format!(", one of the {}", word(lookup)));
    }
    if let Some(pattern) = &spec.pattern {
        text.push_str(&format!(", `{pattern}`"));
    }
    if let Some(description) = &spec.description {
        text.push_str(&format!(": {description}"));
    }
    text
}

/// A value as documents write it.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// What the schema says about a key, and what a literal means.
fn described(library: &Library, place: &Place<'_>) -> Option<(String, Span)> {
    let tree = place.entry.tree();
    let (route, target) = tree.at_offset(place.offset);
    let span = tree.span_at(&route, target);
    if !span.touches(place.offset) || route.is_root() {
        return None;
    }
    if target == Target::Key
        && let Some(spec) = called_params(library, place, &route)
    {
        return Some((param_text(&spec), span));
    }
    let kind = place.entry.kind()?;
    let description = SchemaSet::shipped().ok()?.describe(kind.name(), &route)?;
    if target == Target::Key {
        let title = description.title.map(|title| format!("**{title}**"));
        let expected = description
            .expected
            .map(|text| format!("Expected: {text}."));
        let parts = [title, description.description, expected];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        return (!parts.is_empty()).then(|| (parts.join("\n\n"), span));
    }
    let node = tree.resolve(&route)?;
    let text = node.as_str()?;
    let meaning = match description.literal.as_deref()? {
        "duration" | "quantity" | "percent" | "rate" => meaning(text)?,
        _ => return None,
    };
    Some((meaning, node.span()))
}

fn called_params(library: &Library, place: &Place<'_>, route: &Route) -> Option<ParamSpec> {
    let with = route.parent()?;
    let crate::document::Segment::Key(name) = route.last()? else {
        return None;
    };
    params_at(library, place, &with)?.get(name).cloned()
}

/// The parameters of what is called where `with` is written.
pub(super) fn params_at(library: &Library, place: &Place<'_>, with: &Route) -> Option<Params> {
    let is_with = matches!(with.last()?, crate::document::Segment::Key(key) if key == "with");
    let call = place
        .entry
        .root()
        .resolve(&with.parent()?)
        .filter(|_| is_with)?;
    let called = |key: &str| call.get(key)?.as_str();
    if let Some(id) = called("action") {
        return Some(outlined::<Action>(library, id)?.spec.params.clone());
    }
    Some(
        outlined::<Query>(library, called("query")?)?
            .spec
            .params
            .clone(),
    )
}

fn outlined<'l, S: Spec>(library: &'l Library, id: &str) -> Option<&'l Document<S>> {
    let entry = library.entry(library.find(S::KIND, id)?)?;
    S::of(entry.outlined()?).map(|document| &**document)
}

/// What a literal comes to.
fn meaning(text: &str) -> Option<String> {
    if let Ok(duration) = text.parse::<Duration>() {
        return Some(format!(
            "`{text}`: a duration of {} seconds",
            duration.as_secs_f64()
        ));
    }
    if let Ok(rate) = text.parse::<RateLimit>() {
        let seconds = rate.per.as_secs_f64();
        return Some(format!(
            "`{text}`: at most {} times in {seconds} seconds",
            rate.count
        ));
    }
    let quantity: Quantity = text.parse().ok()?;
    let value = quantity.value;
    let words = match quantity.unit {
        Unit::Ratio => format!("a ratio, {value} of the whole"),
        Unit::Seconds => format!("a duration of {value} seconds"),
        Unit::Bytes => format!("an amount of data, {value} bytes"),
        Unit::PerSecond => format!("a rate, {value} each second"),
        Unit::Count | Unit::None => return None,
    };
    Some(format!("`{text}`: {words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_told_in_their_base() {
        for (text, words) in [
            ("5%", "0.05 of the whole"),
            ("2GiB", "2147483648 bytes"),
            ("120/m", "2 each second"),
            ("1h30m", "5400 seconds"),
            ("2 per 1h", "2 times in 3600 seconds"),
        ] {
            let meaning = meaning(text).unwrap();
            assert!(meaning.contains(words), "{meaning}");
        }
        assert_eq!(meaning("soon"), None);
    }
}
