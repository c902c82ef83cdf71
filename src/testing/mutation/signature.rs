//! What makes a signature recognise one failure and nothing else.

use serde_json::json;

use super::maker::{Maker, spec};

pub(super) fn mutate(maker: &mut Maker<'_>) {
    let spec = spec();
    for part in ["require", "support", "exclude"] {
        let part = spec.clone().key(part);
        for name in maker.keys(&part) {
            maker.delete(part.clone().key(name));
        }
    }
    maker.delete_each(&spec, &["window", "correlate", "sequence"]);
    maker.delete_items(&spec.clone().key("negate"));
    let score = spec.key("score");
    maker.set(score.clone().key("match_at"), json!(0.01));
    maker.set(score.key("ambiguous_at"), json!(1));
}
