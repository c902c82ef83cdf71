use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Condition {
    Condition::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn canonical(text: &str) -> String {
    parse(text).to_string()
}

#[test]
fn not_binds_tighter_than_and_and_and_tighter_than_or() {
    assert_eq!(parse("a or b and not c"), parse("a or (b and (not c))"));
    assert_ne!(parse("a or b and c"), parse("(a or b) and c"));
    assert_ne!(parse("not a and b"), parse("not (a and b)"));
}

#[test]
fn the_canonical_form_keeps_only_parentheses_that_matter() {
    assert_eq!(canonical("( (a)and(b) )and c"), "a and b and c");
    assert_eq!(
        canonical("(a or b) and not(c or d)"),
        "(a or b) and not (c or d)"
    );
    assert_eq!(canonical("not ((not a))"), "not not a");
    assert_eq!(
        canonical("at_least( 2,a or b,(c),d )"),
        "at_least(2, a or b, c, d)"
    );
    assert_eq!(canonical("corroborated( 2 )"), "corroborated(2)");
}

#[test]
fn names_and_built_ins_are_told_apart_and_located() {
    let text = "err_high and not (not_frozen or corroborated(2)) or err_high";
    let condition = parse(text);
    let names: Vec<_> = condition.names().map(|(_, span)| &text[span]).collect();
    assert_eq!(names, ["err_high", "err_high"]);
    let calls: Vec<_> = condition.calls().collect();
    assert_eq!(
        calls.iter().map(|(call, _)| *call).collect::<Vec<_>>(),
        [Builtin::NotFrozen, Builtin::Corroborated(2)]
    );
    assert_eq!(&text[calls[1].1.clone()], "corroborated(2)");
}

#[test]
fn errors_point_at_the_place_and_say_how_to_mend_it() {
    for (text, marked, help) in [
        ("", "", "check name"),
        ("a and", "", "check name"),
        ("and a", "and", "both sides"),
        ("a b", "b", "`and` or `or`"),
        ("a && b", "&&", "`and`"),
        ("a || b", "||", "`or`"),
        ("!a", "!", "`not`"),
        ("a AND b", "AND", "lower case"),
        ("Err_high", "Err_high", "lower-case letter"),
        ("err-high or a", "err-high", "lower-case"),
        ("(a or b", "(", "missing `)`"),
        ("a)", ")", "remove it"),
        ("err > 5", ">", "into a check"),
        ("foo(a)", "foo", "at_least"),
        ("not_frozen(1)", "not_frozen", "without parentheses"),
        ("corroborated", "corroborated", "corroborated(2)"),
        ("corroborated(0)", "0", "corroborated(2)"),
        ("at_least", "at_least", "at_least(2, a, b, c)"),
        ("at_least(a, b)", "a", "at_least(2, a, b, c)"),
        ("at_least(2)", "at_least", "at_least(2, a, b, c)"),
        ("at_least(0, a)", "0", "from 1 to 1"),
        ("at_least(3, a, b)", "3", "from 1 to 2"),
        (
            "at_least(99999999999999999999999, a)",
            "99999999999999999999999",
            "at_least",
        ),
        ("(a, b)", ",", "at_least"),
        ("a or é", "é", "lower-case"),
        ("a ∧ b", "∧", "made of check names"),
    ] {
        let error = Condition::parse(text).unwrap_err();
        assert_eq!(&text[error.span.clone()], marked, "{text}: {error}");
        let given = error.help.unwrap();
        assert!(given.contains(help), "{text}: {given}");
    }
}

#[test]
fn hostile_texts_are_refused_without_deep_recursion() {
    for text in [
        "(".repeat(1_000_000),
        "not ".repeat(1_000_000),
        "at_least(1,".repeat(100_000),
        "a and ".repeat(1_000_000),
        "a".repeat(1_000_000),
        ",".repeat(1_000_000),
        "\u{2029}".repeat(10_000),
    ] {
        assert!(Condition::parse(&text).is_err());
    }
    let deepest = format!("{}a{}", "(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH));
    assert_eq!(canonical(&deepest), "a");
    assert!(Condition::parse(&format!("({deepest})")).is_err());
}

#[test]
fn reserved_names_cannot_be_checks() {
    for name in ["and", "at_least", "corroborated", "rollback_armed"] {
        assert!(is_reserved(name), "{name}");
    }
    assert!(!is_reserved("err_high"));
}

const CHECKS: [&str; 5] = ["a", "b2", "err_high", "not_bad", "orders"];

fn atom(term: Term) -> Condition {
    Condition::Atom(Atom { term, span: 0..0 })
}

fn conditions() -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![
        4 => prop::sample::select(&CHECKS[..]).prop_map(|name| atom(Term::Check(name.into()))),
        1 => prop::sample::select(&Builtin::BARE[..]).prop_map(|b| atom(Term::Builtin(b))),
        1 => (1_usize..4).prop_map(|n| atom(Term::Builtin(Builtin::Corroborated(n)))),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        let several = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            inner.prop_map(|c| Condition::Not(Box::new(c))),
            several.clone().prop_map(Condition::all),
            several.clone().prop_map(Condition::any),
            (several, 0_usize..4).prop_map(|(of, at)| Condition::AtLeast {
                count: at % of.len() + 1,
                of,
            }),
        ]
    })
}

// One answer per term: conditions are functions of their terms, not of their occurrences.
fn answer(seed: &[Truth], term: &Term) -> Truth {
    let index = match term {
        Term::Check(name) => CHECKS.iter().position(|check| name == check).unwrap(),
        Term::Builtin(Builtin::Corroborated(n)) => 9 + n,
        Term::Builtin(builtin) => 5 + Builtin::BARE.iter().position(|b| b == builtin).unwrap(),
    };
    seed[index % seed.len()]
}

fn two_valued(condition: &Condition, value: &impl Fn(&Term) -> bool) -> bool {
    match condition {
        Condition::Atom(atom) => value(&atom.term),
        Condition::Not(inner) => !two_valued(inner, value),
        Condition::And(parts) => parts.iter().all(|part| two_valued(part, value)),
        Condition::Or(parts) => parts.iter().any(|part| two_valued(part, value)),
        Condition::AtLeast { count, of } => {
            of.iter().filter(|part| two_valued(part, value)).count() >= *count
        }
    }
}

fn truths() -> impl Strategy<Value = Vec<Truth>> {
    prop::collection::vec(prop::sample::select(&Truth::ALL[..]), 13)
}

proptest! {
    #[test]
    fn the_canonical_form_parses_to_the_same_condition(condition in conditions()) {
        let text = condition.to_string();
        let parsed = Condition::parse(&text).map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
        prop_assert_eq!(&parsed, &condition);
        prop_assert_eq!(parsed.to_string(), text);
    }

    #[test]
    fn any_text_is_answered_and_spans_lie_within_it(text in "[a-z_0-9(), !&|\u{e4}\n]{0,60}|(not |and |or |a |\\(|\\)|at_least\\(2,|, b\\)){0,20}") {
        match Condition::parse(&text) {
            Ok(condition) => {
                prop_assert_eq!(Condition::parse(&condition.to_string()), Ok(condition.clone()));
                for atom in condition.atoms() {
                    prop_assert!(text.get(atom.span.clone()).is_some());
                }
            }
            Err(error) => prop_assert!(text.get(error.span).is_some()),
        }
    }

    #[test]
    fn definite_answers_give_the_result_of_two_valued_logic(
        condition in conditions(),
        bits in prop::collection::vec(any::<bool>(), 13),
    ) {
        let seed: Vec<Truth> = bits.into_iter().map(Truth::from).collect();
        let expected = two_valued(&condition, &|term| answer(&seed, term).is_pass());
        prop_assert_eq!(condition.eval(&mut |atom| answer(&seed, &atom.term)), expected.into());
    }

    #[test]
    fn more_knowledge_never_flips_a_definite_result(
        condition in conditions(),
        before in truths(),
        learned in truths(),
    ) {
        let after: Vec<Truth> = before
            .iter()
            .zip(&learned)
            .map(|(known, new)| if known.is_inconclusive() { *new } else { *known })
            .collect();
        let first = condition.eval(&mut |atom| answer(&before, &atom.term));
        let second = condition.eval(&mut |atom| answer(&after, &atom.term));
        if !first.is_inconclusive() {
            prop_assert_eq!(first, second);
        }
    }
}
