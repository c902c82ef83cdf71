//! Which keys a mapping may have.

use super::{Expects, Fitness, TreeBuilder};
use crate::document::arena::{Content, Text};
use crate::document::problem::{Problem, ProblemKind};
use crate::document::tree::{NodeKind, Style};

// Up to here comparing each with each is faster than sorting.
const FEW: usize = 16;

impl TreeBuilder {
    pub(super) fn as_key(&mut self, id: u32, fitness: Fitness) -> Expects {
        let left_out = Expects::Value {
            key: None,
            merge: false,
        };
        let Some(node) = self.nodes.get(id as usize).copied() else {
            return left_out;
        };
        let found = match node.content {
            Content::Str(text) => {
                if node.style == Style::Plain && self.text(text) == "<<" {
                    self.problem(node.span, ProblemKind::MergeKey);
                    return Expects::Value {
                        key: None,
                        merge: true,
                    };
                }
                return Expects::Value {
                    key: Some(id),
                    merge: false,
                };
            }
            Content::Null => NodeKind::Null,
            Content::Bool(_) => NodeKind::Bool,
            Content::Int(_) => NodeKind::Int,
            Content::Float(_) => NodeKind::Float,
            Content::Seq { .. } => NodeKind::Seq,
            Content::Map { .. } => NodeKind::Map,
        };
        if fitness == Fitness::Any {
            self.problem(
                node.span,
                ProblemKind::NonStringKey {
                    found: found.described(),
                },
            );
        }
        left_out
    }

    fn text(&self, text: Text) -> &str {
        text.of(&self.source, &self.buffer)
    }

    fn key_text(&self, id: u32) -> &str {
        match self.nodes.get(id as usize).map(|node| node.content) {
            Some(Content::Str(text)) => self.text(text),
            _ => "",
        }
    }

    pub(super) fn without_duplicates(&mut self, mut entries: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
        let mut duplicates: Vec<(u32, u32)> = Vec::new(); // (the key that is left out, the first one)
        if entries.len() <= FEW {
            for (at, (key, _)) in entries.iter().enumerate() {
                let name = self.key_text(*key);
                let earlier = entries
                    .iter()
                    .take(at)
                    .find(|(other, _)| self.key_text(*other) == name);
                duplicates.extend(earlier.map(|(first, _)| (*key, *first)));
            }
        } else {
            // Node ids grow with the position, so among equal keys the first comes first.
            let mut keys: Vec<u32> = entries.iter().map(|(key, _)| *key).collect();
            keys.sort_by(|a, b| self.key_text(*a).cmp(self.key_text(*b)).then(a.cmp(b)));
            for group in keys.chunk_by(|a, b| self.key_text(*a) == self.key_text(*b)) {
                if let [first, rest @ ..] = group {
                    duplicates.extend(rest.iter().map(|key| (*key, *first)));
                }
            }
            duplicates.sort_unstable();
        }
        if duplicates.is_empty() {
            return entries;
        }
        let span = |id: u32| {
            self.nodes
                .get(id as usize)
                .map(|node| node.span)
                .unwrap_or_default()
        };
        let found: Vec<Problem> = duplicates
            .iter()
            .map(|(key, first)| Problem {
                kind: ProblemKind::DuplicateKey {
                    key: self.key_text(*key).to_owned(),
                },
                span: span(*key),
                related: Some(span(*first)),
            })
            .collect();
        for problem in found {
            self.report(problem);
        }
        entries.retain(|(key, _)| {
            duplicates
                .binary_search_by_key(key, |(key, _)| *key)
                .is_err()
        });
        entries
    }
}
