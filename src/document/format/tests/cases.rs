//! What becomes of particular texts.

use super::*;

#[track_caller]
fn becomes(text: &str, expected: &str) {
    assert_eq!(check("a.yaml", text).as_deref(), Ok(expected));
}

#[test]
fn levels_are_two_spaces_deep_and_lists_stand_below_their_key() {
    becomes(
        "a:\n    b:\n    - c\n    -   d: 1\n        e: 2\n",
        "a:\n  b:\n    - c\n    - d: 1\n      e: 2\n",
    );
    becomes("-   - a\n    - b\n-\n  c: 1\n", "- - a\n  - b\n- c: 1\n");
}

#[test]
fn blanks_become_canonical() {
    becomes(
        "a :   1  \nb:\t{ x : 1,y: [ 2 ,3, ] , }\nc: {\"q\":1}\nd: [  ]\n",
        "a: 1\nb: {x: 1, y: [2, 3]}\nc: {\"q\": 1}\nd: []\n",
    );
}

#[test]
fn the_file_ends_with_one_line_break_and_has_one_kind_of_them() {
    becomes("\u{FEFF}a: 1\r\n\r\n\r\n\r\nb: 2\r\n\r\n", "a: 1\n\nb: 2\n");
    becomes("a: 1", "a: 1\n");
    becomes("", "");
    becomes(
        "# only a comment  \r\n\n# or two\n\n",
        "# only a comment\n\n# or two\n",
    );
}

#[test]
fn words_quotes_and_the_order_of_keys_stay() {
    let text = "spec: 'x'\nkind: \"y\"\napiVersion: 0x1F\n'a': !b\n".replace(": !b", ": null");
    becomes(&text, &text);
}

#[test]
fn tables_stay_tables_as_close_as_they_can_be() {
    becomes(
        "a:    {x: 1,    y: 2}\nlong: {x: 100,  y: 2}\nb: 1\n",
        "a:    {x: 1,   y: 2}\nlong: {x: 100, y: 2}\nb: 1\n",
    );
    becomes(
        "a: 1      # one\nbbb: 2    # two\nc: 3 # three\n",
        "a: 1   # one\nbbb: 2 # two\nc: 3 # three\n",
    );
    becomes("a:  1\nbbb:    2\n", "a: 1\nbbb: 2\n");
}

#[test]
fn comments_stand_where_what_follows_stands() {
    becomes(
        "a:\n# about b\n  b: 1\n      # about c\n  c: 2   # beside\n# about d\nd: 3\n",
        "a:\n  # about b\n  b: 1\n  # about c\n  c: 2 # beside\n# about d\nd: 3\n",
    );
}

#[test]
fn comments_at_the_end_of_a_collection_stay_in_it() {
    becomes(
        "a:\n    b: 1\n    # left out: c\nd:\n- 1\n# about e\ne:\n  - 1\n  # last item\n# end\n",
        "a:\n  b: 1\n  # left out: c\nd:\n  - 1\n# about e\ne:\n  - 1\n  # last item\n# end\n",
    );
}

#[test]
fn comments_between_a_key_or_a_dash_and_its_value() {
    becomes(
        "a: # beside\n    # above\n    1\nb:\n- # first\n  c: 1\n-   # second\n    # more\n  - 2\n",
        "a: # beside\n  # above\n  1\nb:\n  - # first\n    c: 1\n  - # second\n    # more\n    - 2\n",
    );
}

#[test]
fn a_value_on_the_next_line_joins_its_key() {
    becomes("a:\n  1\nb:\n    'x'\n", "a: 1\nb: 'x'\n");
}

#[test]
fn block_scalars_keep_their_content() {
    becomes(
        "a: |   # why\n      one\n\n        two  \n   \n\n\nb: >-\n  x\n   y\n",
        "a: | # why\n  one\n\n    two  \n\nb: >-\n  x\n   y\n",
    );
    becomes(
        "- |4\n      indented\n- |+\n kept\n\n\n- |\n- x\n",
        "- |2\n    indented\n- |+\n  kept\n\n\n- |\n- x\n",
    );
}

#[test]
fn text_over_several_lines_is_indented_anew() {
    becomes(
        "a: \"one  \n        two\\\n     three\\ \n   four\"\nb: plain\n        text\n\n        more\n",
        "a: \"one\n  two\\\n  three\\ \n  four\"\nb: plain\n  text\n\n  more\n",
    );
}

#[test]
fn lists_in_brackets_stay_broken_where_they_were() {
    becomes(
        "a: [ 1, # one\n        2,\n\n\n   {b: 1,\n c: 2}\n ]\nd: {\n}\n",
        "a: [1, # one\n  2,\n\n  {b: 1,\n    c: 2}\n]\nd: {\n}\n",
    );
}

#[test]
fn several_documents() {
    becomes(
        "# head\n---   # first\na: 1\n# between\n\n\n---\n\n# second\nb: 2\n---\n",
        "# head\n--- # first\na: 1\n# between\n\n---\n\n# second\nb: 2\n---\n",
    );
}

#[test]
fn the_text_below_front_matter_stays() {
    let done = check(
        "postmortem.md",
        "---\r\nid:   a\n---  \n#  Title  \r\n\n\n\n---\n- x",
    )
    .unwrap();
    assert_eq!(done, "---\nid: a\n---\n#  Title  \n\n\n\n---\n- x");
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    for text in [
        "a: [1",
        "a: 1\na: 2",
        "a: &x 1\nb: *x",
        "%YAML 1.2\n---\na: 1",
        "a: !!str 1",
        "a: \u{202E}",
    ] {
        assert_eq!(check("a.yaml", text), Err(FormatError::Problems), "{text}");
    }
    assert_eq!(
        check("a.md", "# no front matter"),
        Err(FormatError::Problems)
    );
}

#[test]
fn what_has_no_sound_layout_is_left_alone() {
    for (text, line) in [("a: 1\n...\nb: 2\n", 3), ("? a\n\n: 1\n", 1)] {
        assert_eq!(
            check("a.yaml", text),
            Err(FormatError::Unsound { line }),
            "{text}"
        );
    }
}

/// A layout that lost something is caught: here the text that was read is not the one laid out.
#[test]
fn a_layout_that_differs_is_refused() {
    let source = |text| Source::from_text("a.yaml", text).unwrap();
    let before = source("a:   1 # x\n");
    let (documents, _) = read(&before).unwrap();
    let trees: Vec<&Tree> = documents.iter().map(|it| &it.tree).collect();
    let formatter = Formatter::new(&before, trees, None);
    assert_eq!(formatter.compare("a: 1 # x\n"), Ok(()));
    for wrong in [
        "a: 2 # x\n",
        "a: '1' # x\n",
        "a: 1\n",
        "a: 1 # y\n",
        "# x\na: 1\n",
        "a: 1 # x\n---\n",
        "a: [1 # x\n",
    ] {
        assert!(formatter.compare(wrong).is_err(), "{wrong}");
    }
}
