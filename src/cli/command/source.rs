//! Where releases are followed from.

use camino::Utf8PathBuf;
use clap::Args;

use super::shared::read_file;
use crate::cli::CliError;
use crate::distribution::{
    DirectoryTransport, HttpOptions, HttpTransport, Keychain, OciTransport, Reference, Transport,
    TransportError,
};

/// Whom connections trust.
#[derive(Args)]
pub(super) struct Connection {
    /// Certificate authorities (PEM) that are trusted instead of the public ones
    #[arg(long, env = "RBK_CA_FILE", value_name = "FILE")]
    ca_file: Option<Utf8PathBuf>,
}

impl Connection {
    /// Options for HTTP.
    pub(super) fn options(&self) -> Result<HttpOptions, CliError> {
        Ok(HttpOptions {
            authorities: self.ca_file.as_ref().map(read_file).transpose()?,
            ..HttpOptions::default()
        })
    }

    /// The place that `from` names.
    pub(super) fn transport(&self, from: &str) -> Result<Box<dyn Transport>, CliError> {
        self.connect(from, self.options()?).map_err(|error| {
            CliError::usage(error).help("give the folder, the http(s) address or the artifact (oci://registry/name:tag) that is published to")
        })
    }

    fn connect(
        &self,
        from: &str,
        options: HttpOptions,
    ) -> Result<Box<dyn Transport>, TransportError> {
        Ok(match from.split_once("://") {
            Some(("oci", _)) => {
                let reference: Reference = from.parse()?;
                Box::new(OciTransport::new(reference, keychain(), options)?)
            }
            Some(_) => Box::new(HttpTransport::new(from, options)?),
            None => Box::new(DirectoryTransport::new(
                Utf8PathBuf::from(from).as_std_path(),
            )?),
        })
    }
}

/// Credentials for registries, as docker, podman and skopeo keep them.
pub(super) fn keychain() -> Keychain {
    Keychain::of_environment(&|name| std::env::var(name).ok())
}
