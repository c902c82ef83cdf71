//! The signature with its fixtures.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use jiff::Timestamp;

use super::evidence::{Evidence, EvidenceError, began};
use super::proposal::{self, Cited, Required, rounded_up};
use crate::document::id::{CheckName, ServiceId, SignatureId};
use crate::document::model::{
    Check, Clock, Document, Expect, ExpectedVerdict, Fixture, FixtureKind, LogLine, Metadata,
    Outcome, Postmortem, Provenance, Score, Signature, Status, Subject, Target,
};
use crate::document::unit::Duration;
use crate::import::draft::{document, metadata};
use crate::library::Library;
use crate::logs::lines::Lines;
use crate::logs::source::{ReadError, Source};

/// Most lines of a fixture of logs.
const MAX_LINES: usize = 500;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Logs of the incident.
    pub logs: Vec<Utf8PathBuf>,
    /// Logs of when nothing was wrong.
    pub benign: Vec<Utf8PathBuf>,
    /// The id of the signature; that of the postmortem without its date when absent.
    pub id: Option<String>,
}

/// A signature that was derived.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The signature, in shadow.
    pub signature: Document<Signature>,
    /// The incident.
    pub positive: Document<Fixture>,
    /// The same without what decides.
    pub twin: Document<Fixture>,
    /// Each part that was proposed, and where it comes from.
    pub cited: Vec<Cited<String>>,
    /// What was looked at and led to nothing.
    pub notes: Vec<String>,
}

/// Proposes a signature.
///
/// # Errors
/// When nothing was recorded of the incident, or nothing in it tells it apart.
pub fn derive(
    library: &Library,
    postmortem: &Document<Postmortem>,
    wishes: &Wishes,
) -> Result<Result<Derived, String>, EvidenceError> {
    let evidence = Evidence::of(library, postmortem, &wishes.logs)?;
    let mut calm = proposal::calm(library, postmortem);
    for log in &wishes.benign {
        count_lines(log, &mut calm)?;
    }
    let change = proposal::change(&evidence);
    let number = proposal::number(library, &evidence);
    let line = proposal::line(&evidence, &calm);
    let (exclude, mut notes) = proposal::exclusions(library, postmortem, &evidence);
    for (found, what) in [
        (
            change.is_some(),
            "no change before the incident is recorded",
        ),
        (
            number.is_some(),
            "no number that is recorded changed clearly",
        ),
        (
            line.is_some(),
            "no sort of lines is there in the incident only",
        ),
    ] {
        if !found {
            notes.push(what.to_owned());
        }
    }
    let required: Vec<Required> = [change, number, line].into_iter().flatten().collect();
    if required.is_empty() {
        return Ok(Err(notes.join("; ")));
    }
    let id = wishes
        .id
        .clone()
        .unwrap_or_else(|| undated(&postmortem.metadata.id));
    let began = required.iter().map(|it| it.began);
    let span = began.clone().max().zip(began.min());
    let span = span
        .map(|(last, first)| last.duration_since(first))
        .unwrap_or_default();
    let window = rounded_up(span.checked_mul(3).unwrap_or(span) / 2);
    let route = proposal::route(library, postmortem);
    let cited = cited(
        &required,
        &exclude,
        route.as_ref().map(|route| (&route.what, &route.from)),
        span,
        window,
    );
    let decides = decides(&required);
    let owner = postmortem
        .metadata
        .owner
        .as_ref()
        .map_or("unassigned", |team| team.as_str());
    let title = format!("As on {}: {}", date(&evidence), postmortem.metadata.title);
    let plain = |checks: BTreeMap<CheckName, Cited<Check>>| {
        checks
            .into_iter()
            .map(|(name, check)| (name, check.what))
            .collect::<BTreeMap<_, _>>()
    };
    let signature = Signature {
        incident_class: postmortem.spec.incident_class.clone(),
        derived_from: vec![postmortem.metadata.id.as_str().into()],
        correlate: vec!["service".to_owned(), "environment".to_owned()],
        window: (required.len() > 1).then_some(window),
        require: required
            .into_iter()
            .map(|it| (it.name, it.check.what))
            .collect(),
        support: BTreeMap::new(),
        exclude: plain(exclude),
        sequence: Vec::new(),
        negate: Vec::new(),
        score: Score {
            match_at: 1.0,
            ambiguous_at: 0.5,
        },
        distinguish_from: BTreeMap::new(),
        routes: route.into_iter().map(|route| route.what).collect(),
    };
    let positive = positive(&id, postmortem, &evidence, &wishes.logs)?;
    let twin = twin(&id, &positive, decides);
    Ok(Ok(Derived {
        signature: document(metadata(&id, &title, owner, Status::Shadow), signature),
        positive,
        twin,
        cited,
        notes,
    }))
}

/// What is taken away for the twin: the change if there is one, else the lines, else the numbers.
#[derive(Clone, Copy)]
enum Decides {
    Change,
    Lines,
    Numbers,
}

fn decides(required: &[Required]) -> Decides {
    let has = |is: fn(&Check) -> bool| required.iter().any(|it| is(&it.check.what));
    match () {
        () if has(|check| check.change.is_some()) => Decides::Change,
        () if has(|check| check.log.is_some()) => Decides::Lines,
        () => Decides::Numbers,
    }
}

fn cited(
    required: &[Required],
    exclude: &BTreeMap<CheckName, Cited<Check>>,
    route: Option<(&crate::document::model::SignatureRoute, &String)>,
    span: jiff::SignedDuration,
    window: Duration,
) -> Vec<Cited<String>> {
    let mut cited = Vec::new();
    let mut cite = |what: String, from: &str| {
        cited.push(Cited {
            what,
            from: from.to_owned(),
        })
    };
    for it in required {
        cite(format!("require.{}", it.name), &it.check.from);
    }
    if required.len() > 1 {
        cite(
            format!("window {window}"),
            &format!(
                "the first condition to the last: {}; half as much again",
                rounded_up(span)
            ),
        );
    }
    for (name, check) in exclude {
        cite(format!("exclude.{name}"), &check.from);
    }
    if let Some((route, from)) = route {
        cite(format!("route to {}", route.runbook), from);
    }
    cited
}

/// `2026-03-14-checkout-null-currency` as `checkout-null-currency`.
fn undated(id: &str) -> String {
    id.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-')
        .to_owned()
}

fn date(evidence: &Evidence) -> String {
    evidence.started.to_string().chars().take(10).collect()
}

/// Lines of a log of when nothing was wrong: how many at all, which is at least how many in any five minutes.
fn count_lines(log: &Utf8PathBuf, calm: &mut BTreeMap<String, usize>) -> Result<(), ReadError> {
    let mut source = Source::open(log)?;
    while let Some(block) = source.block()? {
        let mut lines = Lines::of(&block);
        let mut start = 0;
        while start < block.len() {
            let line = lines.line_at(start);
            start = line.bytes.end + 1;
            let text = String::from_utf8_lossy(block.get(line.bytes).unwrap_or_default());
            *calm.entry(text.trim_end().to_owned()).or_default() += 1;
        }
    }
    Ok(())
}

fn positive(
    id: &str,
    postmortem: &Document<Postmortem>,
    evidence: &Evidence,
    logs: &[Utf8PathBuf],
) -> Result<Document<Fixture>, ReadError> {
    let mut fixture = match &evidence.fixture {
        Some(fixture) => fixture.spec.clone(),
        None => bare(postmortem, evidence),
    };
    let id = SignatureId::new(id);
    if !logs.is_empty() {
        fixture.logs = evidence
            .lines
            .values()
            .flat_map(|tally| {
                tally
                    .times
                    .iter()
                    .map(move |at| (*at, tally.example.as_str()))
            })
            .take(MAX_LINES)
            .map(|(at, text)| line(at, text))
            .collect();
    }
    fixture.target = Some(Target::Signature(id.clone()));
    fixture.kind = FixtureKind::Positive;
    fixture.provenance = Some(Provenance {
        origin: "derived".to_owned(),
        source: Some(postmortem.metadata.id.clone()),
        licence: None,
    });
    // Nobody gives a go-ahead: what is in shadow is seen, and a human has it.
    fixture.events.clear();
    fixture.world.clear();
    fixture.expect = Expect {
        signatures: [(id.clone(), ExpectedVerdict::Match)].into(),
        forbidden: proposal::forbidden(postmortem),
        outcome: Some(Outcome::Escalated),
        ..Expect::default()
    };
    let metadata = Metadata {
        id: format!("{id}-recorded"),
        title: postmortem.metadata.title.clone(),
        ..Metadata::default()
    };
    Ok(document(metadata, fixture))
}

fn line(at: Timestamp, text: &str) -> LogLine {
    LogLine {
        at: at.to_string(),
        line: Some(text.to_owned()),
        file: None,
        repeat: None,
        every: None,
        service: None,
    }
}

/// An incident of which there are only logs.
fn bare(postmortem: &Document<Postmortem>, evidence: &Evidence) -> Fixture {
    let spec = &postmortem.spec;
    let detected = evidence.detected;
    let service = spec
        .services
        .first()
        .cloned()
        .unwrap_or_else(|| ServiceId::new("unknown"));
    let before = detected
        .checked_sub(jiff::SignedDuration::from_mins(30))
        .unwrap_or(detected);
    let after = detected
        .checked_add(jiff::SignedDuration::from_mins(30))
        .unwrap_or(detected);
    Fixture {
        target: None,
        kind: FixtureKind::Positive,
        provenance: None,
        clock: Clock {
            start: before.to_string(),
            step: Duration::from_secs(30),
            end: after.to_string(),
            begin: Some(detected.to_string()),
        },
        subject: Subject {
            service,
            environment: spec.environment.clone(),
            severity: Some(spec.severity.clone()),
            facts: BTreeMap::new(),
        },
        alerts: Vec::new(),
        changes: Vec::new(),
        changes_unavailable: false,
        answers: BTreeMap::new(),
        logs: Vec::new(),
        logs_unavailable: false,
        traces: Vec::new(),
        traces_unavailable: false,
        events: Vec::new(),
        world: Vec::new(),
        expect: Expect::default(),
    }
}

/// The incident without what decides: nothing may be done.
fn twin(id: &str, positive: &Document<Fixture>, decides: Decides) -> Document<Fixture> {
    let mut fixture = positive.spec.clone();
    let what = match decides {
        Decides::Change => {
            fixture.changes.clear();
            "without the change and the alert"
        }
        Decides::Lines => {
            fixture.logs.clear();
            "without the lines and the alert"
        }
        Decides::Numbers => {
            fixture.answers.clear();
            "without the numbers and the alert"
        }
    };
    let id = SignatureId::new(id);
    fixture.kind = FixtureKind::Negative;
    // Without the alert no runbook looks into it, so that what the signature says is all that happens.
    fixture.clock.begin = began(positive).map(|at| at.to_string());
    fixture.alerts.clear();
    fixture.expect = Expect {
        signatures: [(id.clone(), ExpectedVerdict::NoMatch)].into(),
        forbidden: vec!["*".to_owned()],
        outcome: Some(Outcome::Escalated),
        ..Expect::default()
    };
    let metadata = Metadata {
        id: format!("{id}-twin"),
        title: format!("{}, {what}", positive.metadata.title),
        ..Metadata::default()
    };
    document(metadata, fixture)
}
