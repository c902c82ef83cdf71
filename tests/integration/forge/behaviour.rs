//! What can go wrong on purpose: servers that fail, limits, answers that are none.

use std::time::Duration;

use regex::Regex;

/// How a request is answered instead of properly.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// With an error of the server, and nothing is done.
    Fails(u16),
    /// It is carried out, and answered with an error of the server.
    DoneButFails(u16),
    /// The secondary limit: the status, and seconds to wait.
    SlowDown(u16, u64),
    /// An empty list, since the index lags.
    NotIndexed,
    /// Properly, after a while.
    Late(Duration),
    /// A page of a proxy.
    NotJson,
    /// A body that never ends.
    Endless,
}

/// A trouble that is due for some requests.
#[derive(Debug)]
pub(crate) struct Due {
    method: String,
    path: Regex,
    left: u32,
    trouble: Trouble,
}

/// All troubles that are due.
#[derive(Debug, Default)]
pub(crate) struct Troubles(Vec<Due>);

impl Troubles {
    /// The next `times` requests whose method is this and whose path matches the expression as a whole.
    pub(crate) fn arrange(&mut self, method: &str, path: &str, times: u32, trouble: Trouble) {
        self.0.push(Due {
            method: method.to_owned(),
            path: Regex::new(&format!("^(?:{path})$")).unwrap(),
            left: times,
            trouble,
        });
    }

    /// The trouble a request is in.
    pub(crate) fn of(&mut self, method: &str, path: &str) -> Option<Trouble> {
        let is_late = |trouble: &Trouble| matches!(trouble, Trouble::Late(_));
        self.next(method, path, |trouble| !is_late(trouble))
    }

    /// How long a request has to wait for its answer.
    pub(crate) fn pause(&mut self, method: &str, path: &str) -> Duration {
        match self.next(method, path, |trouble| matches!(trouble, Trouble::Late(_))) {
            Some(Trouble::Late(pause)) => pause,
            _ => Duration::ZERO,
        }
    }

    fn next(
        &mut self,
        method: &str,
        path: &str,
        kind: impl Fn(&Trouble) -> bool,
    ) -> Option<Trouble> {
        let is_meant = |due: &&mut Due| {
            due.left > 0 && kind(&due.trouble) && due.method == method && due.path.is_match(path)
        };
        let due = self.0.iter_mut().find(is_meant)?;
        due.left -= 1;
        Some(due.trouble.clone())
    }
}
