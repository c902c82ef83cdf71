//! Text to templates: spans lie in the text, filling is bounded, and what is filled in is never read as a template.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rbk::document::template::{MAX_RENDERED_BYTES, MAX_TEMPLATE_BYTES, Template};
use serde_json::{Value, json};

fuzz_target!(|input: (&str, &str)| {
    let (text, value) = input;
    let template = match Template::parse(text) {
        Ok(template) => template,
        Err(error) => {
            assert!(text.get(error.span.clone()).is_some(), "{error:?}");
            assert!(error.help.is_some(), "{error:?}");
            return;
        }
    };
    for placeholder in template.placeholders() {
        assert!(text[placeholder.span.clone()].starts_with("{{"));
        let reference = &placeholder.reference;
        assert_eq!(text[reference.span.clone()], reference.to_string());
    }
    let context = json!({"a": {"b": value, "n": 3, "f": 0.5, "t": true, "z": null, "l": [1]}});
    match template.render(&context) {
        Ok(Value::String(rendered)) => {
            assert!(rendered.len() <= MAX_RENDERED_BYTES + MAX_TEMPLATE_BYTES);
            if template.is_literal() {
                assert_eq!(rendered, text);
            }
        }
        Ok(_) => assert_eq!(template.placeholders().len(), 1),
        Err(error) => assert!(text.get(error.span.clone()).is_some(), "{error:?}"),
    }
    if text == "{{ a.b }}" {
        assert_eq!(template.render(&context), Ok(json!(value)));
    }
});
