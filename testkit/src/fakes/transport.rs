//! A transport that plays a script: answers in pieces, with waits, breaks and silences between them. It notes what was
//! sent and which connections were given up.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::pending;
use std::rc::Rc;

use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::Result;
use ductape_models::client::ports::Body;
use ductape_models::client::ports::Clock;
use ductape_models::client::ports::Transport;
use ductape_models::http::HttpHead;
use ductape_models::http::HttpRequest;
use serde_json::Value;

use super::clock::VirtualClock;

/// What happens next on a connection.
#[derive(Clone, Debug)]
enum Step {
    Break(String),
    Chunk(Vec<u8>),
    Hang,
    Wait(u32),
}

/// One scripted response.
#[derive(Clone, Debug)]
pub struct Reply {
    before: Vec<Step>,
    head: HttpHead,
    body: VecDeque<Step>,
}

impl Reply {
    /// A response with this status and nothing else yet.
    pub fn status(status: u16) -> Self {
        let head = HttpHead { status, ..HttpHead::default() };
        Self { before: Vec::new(), head, body: VecDeque::new() }
    }

    /// A whole JSON answer.
    pub fn json(status: u16, value: &Value) -> Self {
        Self::status(status).header("content-type", "application/json").chunk(value.to_string())
    }

    /// A stream of server-sent events, one chunk each.
    pub fn events(data: &[&str]) -> Self {
        let start = Self::status(200).header("content-type", "text/event-stream");
        data.iter().fold(start, |reply, data| reply.event(data))
    }

    /// A connection that fails before the head.
    pub fn unreachable(cause: &str) -> Self {
        Self { before: vec![Step::Break(cause.to_owned())], ..Self::status(200) }
    }

    /// A connection that never answers.
    pub fn silent() -> Self {
        Self { before: vec![Step::Hang], ..Self::status(200) }
    }

    /// The head comes only after `ms`.
    pub fn late(mut self, ms: u32) -> Self {
        self.before.push(Step::Wait(ms));
        self
    }

    /// Adds a response header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let pairs = self.head.headers.iter().chain([(name, value)]);
        self.head.headers = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        self
    }

    /// Adds one event as a chunk.
    pub fn event(self, data: &str) -> Self {
        self.chunk(format!("data: {data}\n\n"))
    }

    /// Adds a chunk.
    pub fn chunk(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.step(Step::Chunk(bytes.into()))
    }

    /// Adds a wait in the body.
    pub fn wait(self, ms: u32) -> Self {
        self.step(Step::Wait(ms))
    }

    /// The body falls silent here, with the connection open.
    pub fn hang(self) -> Self {
        self.step(Step::Hang)
    }

    /// The connection breaks here.
    pub fn broken(self, cause: &str) -> Self {
        self.step(Step::Break(cause.to_owned()))
    }

    fn step(mut self, step: Step) -> Self {
        self.body.push_back(step);
        self
    }
}

/// Plays its replies in order, one per request.
#[derive(Debug)]
pub struct ScriptedTransport {
    clock: Rc<VirtualClock>,
    replies: RefCell<VecDeque<Reply>>,
    requests: RefCell<Vec<HttpRequest>>,
    sent_at: RefCell<Vec<u64>>,
    given_up: Rc<Cell<usize>>,
}

impl ScriptedTransport {
    /// Plays `replies`, one per request, on this clock.
    pub fn new(clock: &Rc<VirtualClock>, replies: impl IntoIterator<Item = Reply>) -> Self {
        Self {
            clock: Rc::clone(clock),
            replies: RefCell::new(replies.into_iter().collect()),
            requests: RefCell::default(),
            sent_at: RefCell::default(),
            given_up: Rc::default(),
        }
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.requests.borrow().clone()
    }

    /// When each request was sent, in virtual milliseconds.
    pub fn sent_at(&self) -> Vec<u64> {
        self.sent_at.borrow().clone()
    }

    /// Connections that the client closed before their end.
    pub fn given_up(&self) -> usize {
        self.given_up.get()
    }
}

impl Transport for ScriptedTransport {
    type Body = ScriptedBody;

    async fn send(&self, request: HttpRequest) -> Result<(HttpHead, ScriptedBody)> {
        self.requests.borrow_mut().push(request);
        self.sent_at.borrow_mut().push(self.clock.now_ms());
        let reply = self.replies.borrow_mut().pop_front().expect("a request that the script does not expect");
        let connection = Connection { over: false, given_up: Rc::clone(&self.given_up) };
        let mut body = ScriptedBody { clock: Rc::clone(&self.clock), steps: reply.before.into(), connection };
        body.chunk().await?;
        body.steps = reply.body;
        body.connection.over = false;
        Ok((reply.head, body))
    }
}

/// Counts itself as given up when dropped before its end.
#[derive(Debug)]
struct Connection {
    over: bool,
    given_up: Rc<Cell<usize>>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.given_up.set(self.given_up.get() + usize::from(!self.over));
    }
}

/// The body of a scripted response.
#[derive(Debug)]
pub struct ScriptedBody {
    clock: Rc<VirtualClock>,
    steps: VecDeque<Step>,
    connection: Connection,
}

impl Body for ScriptedBody {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            match self.steps.pop_front() {
                Some(Step::Chunk(bytes)) => return Ok(Some(bytes)),
                Some(Step::Hang) => pending().await,
                Some(Step::Wait(ms)) => self.clock.sleep(ms).await,
                Some(Step::Break(cause)) => {
                    self.connection.over = true;
                    return Err(Error::new(ErrorKind::Network, "the connection failed").with_cause(cause));
                }
                None => {
                    self.connection.over = true;
                    return Ok(None);
                }
            }
        }
    }
}
