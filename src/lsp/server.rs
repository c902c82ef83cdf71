//! The loop of the server: reads messages, hands them on, does what can wait when nothing else is to be done.

use std::collections::VecDeque;
use std::io::{BufRead, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use jiff::civil::Date;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::capability;
use super::diagnostic::Linted;
use super::dispatch;
use super::fixture::Tally;
use super::session::Session;
use super::transport::{self, Received};

/// How the server works.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The day on which documents are looked at.
    pub today: Date,
    /// How long nothing has to change before the whole library is looked at.
    pub quiet: Duration,
}

impl Settings {
    /// What an editor wants, on this day.
    pub fn on(today: Date) -> Self {
        Self {
            today,
            quiet: Duration::from_millis(250),
        }
    }
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The editor said `shutdown`, then `exit`.
    Orderly,
    /// It said `exit` without `shutdown`, or the stream broke off. The process has to end with code 1 (LSP 3.17, "exit").
    WithoutShutdown,
}

/// What the server waits for.
pub(super) enum Event {
    Received(Received),
    /// Nothing more will come.
    Closed,
    /// The whole library was looked at.
    Linted(Linted),
    /// Fixtures were run.
    Tested {
        /// What the library was when they were.
        generation: u64,
        name: String,
        tally: Tally,
        /// What to tell the human.
        said: Option<Notification>,
        response: Box<Response>,
    },
}

/// Messages that are read ahead, so that one that was cancelled is not answered in vain.
const READ_AHEAD: usize = 1024;

/// Serves one editor until it leaves.
pub fn serve(
    input: impl BufRead + Send + 'static,
    output: impl Write,
    settings: Settings,
) -> Ended {
    let (sender, events) = mpsc::sync_channel(READ_AHEAD);
    let reader = sender.clone();
    // It ends with the stream; a stream that never ends is ended by the process.
    std::thread::spawn(move || read_all(input, &reader));
    let mut server = Server {
        output,
        events,
        sender,
        settings,
        waiting: VecDeque::new(),
        session: None,
        is_shut_down: false,
    };
    server.run()
}

fn read_all(mut input: impl BufRead, events: &SyncSender<Event>) {
    while let Ok(Some(received)) = transport::read(&mut input) {
        if events.send(Event::Received(received)).is_err() {
            return;
        }
    }
    // Nobody waits for it when the server has ended already.
    let _ = events.send(Event::Closed);
}

struct Server<W> {
    output: W,
    events: Receiver<Event>,
    sender: SyncSender<Event>,
    settings: Settings,
    waiting: VecDeque<Event>,
    session: Option<Session>,
    is_shut_down: bool,
}

impl<W: Write> Server<W> {
    fn run(&mut self) -> Ended {
        loop {
            let ended = match self.next() {
                Some(Event::Received(Received::Message(message))) => self.message(message),
                Some(Event::Received(Received::Malformed(malformed))) => {
                    self.send(&malformed.answer())
                }
                Some(Event::Closed) => Some(Ended::WithoutShutdown),
                Some(Event::Linted(linted)) => {
                    if let Some(session) = &mut self.session {
                        session.linted(linted);
                    }
                    None
                }
                Some(Event::Tested {
                    generation,
                    name,
                    tally,
                    said,
                    response,
                }) => {
                    if let Some(session) = &mut self.session {
                        session.tested(generation, name, tally, said);
                    }
                    self.respond(*response)
                }
                None => {
                    if let Some(session) = &mut self.session {
                        session.look_at_everything();
                    }
                    None
                }
            };
            let ended = ended.or_else(|| self.tell());
            if let Some(ended) = ended {
                return ended;
            }
        }
    }

    /// The next event; none when it was quiet for long enough to look at the whole library.
    fn next(&mut self) -> Option<Event> {
        while self.waiting.len() < READ_AHEAD
            && let Ok(event) = self.events.try_recv()
        {
            self.waiting.push_back(event);
        }
        if let Some(event) = self.waiting.pop_front() {
            return Some(event);
        }
        // Nothing is waiting: what was edited is looked at now, not once for each letter.
        if let Some(session) = &mut self.session {
            session.look_at_edited();
            if self.tell().is_some() {
                return Some(Event::Closed);
            }
        }
        if !self.session.as_ref().is_some_and(Session::is_stale) {
            return Some(self.events.recv().unwrap_or(Event::Closed));
        }
        match self.events.recv_timeout(self.settings.quiet) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Event::Closed),
        }
    }

    fn message(&mut self, message: Message) -> Option<Ended> {
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(notification) => self.notification(notification),
            // What the server asks of editors needs no answer.
            Message::Response(_) => None,
        }
    }

    fn request(&mut self, request: Request) -> Option<Ended> {
        let id = request.id.clone();
        let refuse = |code: ErrorCode, message: &str| {
            Response::new_err(id.clone(), code as i32, message.to_owned())
        };
        if self.is_cancelled(&id) {
            return self.respond(refuse(ErrorCode::RequestCanceled, "cancelled"));
        }
        let response = match (request.method.as_str(), &mut self.session) {
            _ if self.is_shut_down => refuse(
                ErrorCode::InvalidRequest,
                "the server is shut down; only `exit` may follow",
            ),
            ("initialize", None) => {
                let (session, result) =
                    capability::initialize(request.params, &self.settings, self.sender.clone());
                self.session = session;
                answer(&id, result)
            }
            ("initialize", Some(_)) => refuse(
                ErrorCode::InvalidRequest,
                "the server is initialised already",
            ),
            (_, None) => refuse(
                ErrorCode::ServerNotInitialized,
                "the first request has to be `initialize`",
            ),
            ("shutdown", Some(_)) => {
                self.is_shut_down = true;
                answer(&id, Ok(Value::Null))
            }
            (_, Some(session)) => {
                session.look_at_edited();
                match dispatch::request(session, request) {
                    Some(result) => answer(&id, result),
                    // The answer comes later, as an event.
                    None => return None,
                }
            }
        };
        self.respond(response)
    }

    /// Whether the editor has taken a request back that is about to be answered.
    fn is_cancelled(&self, id: &RequestId) -> bool {
        let id = serde_json::to_value(id).unwrap_or_default();
        self.waiting.iter().any(|event| {
            matches!(event, Event::Received(Received::Message(Message::Notification(other)))
                if other.method == "$/cancelRequest" && other.params.get("id") == Some(&id))
        })
    }

    fn notification(&mut self, notification: Notification) -> Option<Ended> {
        if notification.method == "exit" {
            return Some(if self.is_shut_down {
                Ended::Orderly
            } else {
                Ended::WithoutShutdown
            });
        }
        let session = self.session.as_mut().filter(|_| !self.is_shut_down)?;
        if let Err(fault) = dispatch::notification(session, notification) {
            // A notification has no answer; the log of the editor is where a human finds this.
            session.say("window/logMessage", 1, &fault.message);
        }
        None
    }

    /// Sends what the session has to say.
    fn tell(&mut self) -> Option<Ended> {
        let messages = self.session.as_mut().map(Session::take_outgoing);
        messages?.iter().find_map(|message| self.send(message))
    }

    fn respond(&mut self, response: Response) -> Option<Ended> {
        let id = response.id;
        self.send(&match response.response_result {
            Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
            Err(error) => json!({"jsonrpc": "2.0", "id": id, "error": error}),
        })
    }

    // An editor that no longer reads has left.
    fn send(&mut self, message: &Value) -> Option<Ended> {
        let sent = transport::write(&mut self.output, message);
        sent.is_err().then_some(Ended::WithoutShutdown)
    }
}

fn answer(id: &RequestId, result: Result<Value, super::fault::Fault>) -> Response {
    let response_result = result.map_err(|fault| lsp_server::ResponseError {
        code: fault.code as i32,
        message: fault.message,
        data: None,
    });
    Response {
        id: id.clone(),
        response_result,
    }
}
