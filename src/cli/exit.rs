//! How a command ends (DESIGN §5): a crash never looks like a pass or like a finding.

use std::fmt::Display;
use std::process::ExitCode;

use thiserror::Error;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing was found; everything passed; allowed.
    Clean,
    /// Findings, failed tests, denied.
    Findings,
    /// Arguments or configuration cannot be used.
    Usage,
    /// Could not evaluate: nothing collected, unreadable, facts incomplete.
    CouldNotEvaluate,
}

impl Exit {
    /// [`Exit::Clean`] when `clean`, else [`Exit::Findings`].
    pub fn findings_unless(clean: bool) -> Self {
        if clean { Self::Clean } else { Self::Findings }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::CouldNotEvaluate => 3,
        })
    }
}

/// Why a command could not do its work: what is wrong, and how to mend it.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct CliError {
    message: String,
    help: Option<String>,
    exit: Exit,
}

impl CliError {
    /// Arguments or configuration cannot be used.
    pub fn usage(message: impl Display) -> Self {
        Self {
            message: message.to_string(),
            help: None,
            exit: Exit::Usage,
        }
    }

    /// Something was looked at and is not accepted.
    pub fn refused(message: impl Display) -> Self {
        Self {
            message: message.to_string(),
            help: None,
            exit: Exit::Findings,
        }
    }

    /// Something could not be read, reached or decided.
    pub fn could_not(message: impl Display) -> Self {
        Self {
            message: message.to_string(),
            help: None,
            exit: Exit::CouldNotEvaluate,
        }
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Display) -> Self {
        self.help = Some(help.to_string());
        self
    }

    /// How to mend it.
    pub fn remedy(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The exit code it leads to.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}
