//! The versions of the document format, and which of them are on their way out.

/// The version documents are written in today.
pub const API_VERSION: &str = "rbk/v1";

/// A version of the format that is still read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatVersion {
    /// What `apiVersion` says.
    pub name: &'static str,
    /// What changes when a document is moved to [`API_VERSION`], where the version is on its way out.
    pub deprecated: Option<&'static str>,
}

/// Every version that is read. A document of any other is refused by rule S002; one that is deprecated is reported by S014
/// for at least two minor releases of rbk before it leaves this table and the schemas.
pub const FORMAT_VERSIONS: [FormatVersion; 2] = [
    FormatVersion {
        name: API_VERSION,
        deprecated: None,
    },
    FormatVersion {
        name: "rbk/v1beta1",
        deprecated: Some("nothing but the name: the two say the same in the same words"),
    },
];

impl FormatVersion {
    /// The version of this name, if it is read.
    pub fn named(name: &str) -> Option<Self> {
        FORMAT_VERSIONS.into_iter().find(|one| one.name == name)
    }
}
