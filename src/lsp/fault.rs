//! Why a request has no result.

use lsp_server::ErrorCode;

/// Why a request has no result, as the protocol says it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Fault {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The parameters cannot be used.
    pub(super) fn params(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParams, message)
    }

    /// The request is understood and cannot be met; editors show the message to the user.
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::RequestFailed, message)
    }
}
