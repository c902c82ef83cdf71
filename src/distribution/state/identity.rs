//! What tells an agent from others, where nobody named it.

use ring::rand::{SecureRandom as _, SystemRandom};

use super::StateDir;
use crate::distribution::disk::read_optional;
use crate::distribution::keys::hex;
use crate::distribution::reason::{Reason, Refusal};

const FILE: &str = "agent-id";

impl StateDir {
    /// A random id that was made for this state; nothing before [`StateDir::ensure_agent_id`].
    ///
    /// # Errors
    /// [`Reason::StateIo`] when it cannot be read, [`Reason::StateCorrupt`] when it is not text.
    pub fn agent_id(&self) -> Result<Option<String>, Refusal> {
        let bytes = read_optional(&self.dir.join(FILE)).map_err(|error| self.io(FILE, &error))?;
        let text = bytes.map(|bytes| String::from_utf8(bytes).map(|text| text.trim().to_owned()));
        match text {
            Some(Ok(text)) if !text.is_empty() => Ok(Some(text)),
            Some(_) => Err(self.corrupt(&format!("{FILE} does not hold an id"))),
            None => Ok(None),
        }
    }

    /// Makes a random id unless there is one.
    ///
    /// # Errors
    /// As [`StateDir::agent_id`], or when it cannot be written.
    pub fn ensure_agent_id(&self) -> Result<String, Refusal> {
        if let Some(id) = self.agent_id()? {
            return Ok(id);
        }
        let mut random = [0_u8; 16];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| Refusal::new(Reason::StateIo, "the system gave no random bytes"))?;
        let id = hex(&random);
        self.save("", FILE, format!("{id}\n").as_bytes())?;
        Ok(id)
    }
}
