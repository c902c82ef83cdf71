//! Taking typed members out of a JSON object, with errors that name role and member.

use std::collections::BTreeMap;

use crate::distribution::json::Json;
use crate::distribution::reason::{Reason, Refusal};

/// The members of a JSON object that have not been read yet.
#[derive(Debug)]
pub struct Fields {
    role: &'static str,
    members: BTreeMap<String, Json>,
}

impl Fields {
    /// The members of an object within metadata of `role`.
    ///
    /// # Errors
    /// [`Reason::Malformed`] when the value is not an object.
    pub fn new(role: &'static str, json: Json) -> Result<Self, Refusal> {
        match json {
            Json::Object(members) => Ok(Self { role, members }),
            _ => Err(Refusal::new(
                Reason::Malformed,
                format!("{role}: an object was expected"),
            )),
        }
    }

    /// The role whose metadata is read.
    #[must_use]
    pub fn role(&self) -> &'static str {
        self.role
    }

    /// An error about this object.
    #[must_use]
    pub fn malformed(&self, what: &str) -> Refusal {
        Refusal::new(Reason::Malformed, format!("{}: {what}", self.role))
    }

    fn wrong(&self, name: &str, expected: &str) -> Refusal {
        self.malformed(&format!("`{name}` is missing or not {expected}"))
    }

    /// A member of any type.
    ///
    /// # Errors
    /// [`Reason::Malformed`] when it is missing.
    pub fn take(&mut self, name: &str) -> Result<Json, Refusal> {
        self.members
            .remove(name)
            .ok_or_else(|| self.wrong(name, "there"))
    }

    /// A member of any type that may be missing.
    pub fn take_optional(&mut self, name: &str) -> Option<Json> {
        self.members.remove(name)
    }

    /// A string.
    ///
    /// # Errors
    /// [`Reason::Malformed`] when it is missing or of another type; so with the methods below.
    pub fn text(&mut self, name: &str) -> Result<String, Refusal> {
        match self.members.remove(name) {
            Some(Json::Text(text)) => Ok(text),
            _ => Err(self.wrong(name, "a string")),
        }
    }

    /// An integer of at least `least`.
    ///
    /// # Errors
    /// As [`Fields::text`].
    pub fn number(&mut self, name: &str, least: u64) -> Result<u64, Refusal> {
        self.optional_number(name, least)?
            .ok_or_else(|| self.wrong(name, &format!("an integer of at least {least}")))
    }

    /// An integer of at least `least` that may be missing.
    ///
    /// # Errors
    /// As [`Fields::text`].
    pub fn optional_number(&mut self, name: &str, least: u64) -> Result<Option<u64>, Refusal> {
        let Some(json) = self.members.remove(name) else {
            return Ok(None);
        };
        match json {
            Json::Int(number) => u64::try_from(number).ok().filter(|number| *number >= least),
            _ => None,
        }
        .map(Some)
        .ok_or_else(|| self.wrong(name, &format!("an integer of at least {least}")))
    }

    /// A boolean that may be missing.
    ///
    /// # Errors
    /// As [`Fields::text`].
    pub fn optional_bool(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.members.remove(name) {
            None => Ok(None),
            Some(Json::Bool(value)) => Ok(Some(value)),
            Some(_) => Err(self.wrong(name, "true or false")),
        }
    }

    /// An array.
    ///
    /// # Errors
    /// As [`Fields::text`].
    pub fn list(&mut self, name: &str) -> Result<Vec<Json>, Refusal> {
        match self.members.remove(name) {
            Some(Json::List(items)) => Ok(items),
            _ => Err(self.wrong(name, "an array")),
        }
    }

    /// An array of strings, none twice.
    ///
    /// # Errors
    /// As [`Fields::text`].
    pub fn unique_texts(&mut self, name: &str) -> Result<Vec<String>, Refusal> {
        let mut texts = Vec::new();
        for item in self.list(name)? {
            match item {
                Json::Text(text) if !texts.contains(&text) => texts.push(text),
                Json::Text(text) => {
                    return Err(self.malformed(&format!("`{name}` lists {text:?} twice")));
                }
                _ => return Err(self.wrong(name, "an array of strings")),
            }
        }
        Ok(texts)
    }

    /// The members of an object.
    ///
    /// # Errors
    /// As [`Fields::text`].
    pub fn members(&mut self, name: &str) -> Result<BTreeMap<String, Json>, Refusal> {
        match self.members.remove(name) {
            Some(Json::Object(members)) => Ok(members),
            _ => Err(self.wrong(name, "an object")),
        }
    }
}
