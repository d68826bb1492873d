//! A run of an agent: ask the model, run what it calls, tell it what came out, until it is done or has to stop. It knows the
//! loop; tools are run next door, and how a model is asked is not its concern.

mod event;
mod report;
mod state;
mod tools;

pub use event::AgentEvent;
pub use report::AgentRun;
pub use report::RunStatus;
pub use report::ToolOutcome;
pub use report::ToolRun;

use core::pin::pin;

use serde_json::Value;

use self::state::RunState;
use super::Client;
use super::asked::Asked;
use super::cancel::until;
use super::outcome::Outcome;
use super::ports::Clock;
use super::ports::Ports;
use super::ports::Random;
use super::resolution::ResolveOptions;
use super::stream::CompletionStream;
use super::timeouts::CallTimeout;
use super::timeouts::Phase;
use super::timeouts::bounded;
use super::within::within;
use crate::agent::Agent;
use crate::agent::Termination;
use crate::chat::Call;
use crate::chat::Message;
use crate::chat::StreamPart;
use crate::chat::ToolCall;
use crate::chat::UserPart;
use crate::error::Error;
use crate::error::Result;
use crate::model;
use crate::reader;
use crate::reader::Reader;

const FIELDS: [&str; 11] = [
    "product",
    "env",
    "tag",
    "input",
    "messages",
    "modelConfig",
    "providerOptions",
    "fallback",
    "termination",
    "streaming",
    "run",
];

/// Where the events of a run go.
pub type Listener<'a> = &'a dyn Fn(&AgentEvent<'_>);

impl<P: Ports> Client<P> {
    /// Runs a stored agent. Takes `{product?, env?, tag, input, messages?, modelConfig?, providerOptions?, fallback?,
    /// termination?}`: `input` is a text or any object, `messages` an earlier conversation that it goes on from.
    ///
    /// # Errors
    /// `invalid_input`, `agent_not_found`, `agent_env_inactive`, and everything that [`Client::generate`] can fail with;
    /// `tool_handler_missing` where the model calls a tool that this process cannot run. Whatever had happened by then is
    /// in the detail `run`.
    pub async fn run_agent(&self, options: &Value) -> Result<AgentRun> {
        self.run_until(options, None, core::future::pending()).await
    }

    /// [`Client::run_agent`], telling `listener` what happens, until `cancelled` completes. With a listener, answers are
    /// asked for in parts.
    ///
    /// # Errors
    /// As there; `aborted`.
    pub async fn run_until(
        &self,
        options: &Value,
        listener: Option<Listener<'_>>,
        cancelled: impl Future<Output = ()>,
    ) -> Result<AgentRun> {
        let (mut asked, agent, run) = self.read_run(options).await?;
        let limits = run.termination.unwrap_or(agent.termination);
        let mut state =
            RunState::new(&agent, self.execution_id()?, self.ports.clock().now_ms(), run.number, listener);
        state.span =
            self.run_span(asked.target.product(), asked.target.env(), &agent.tag, &state.execution_id);
        let ended = {
            let turns = pin!(self.turns(&mut asked, limits, &mut state));
            let work = pin!(until(cancelled, turns));
            match limits.timeout {
                None => work.await,
                Some(ms) => within(self.ports.clock(), ms, work).await.unwrap_or(Ok(RunStatus::Timeout)),
            }
        };
        let span = state.span.take();
        let status = *ended.as_ref().unwrap_or(&RunStatus::Failed);
        let report = state.report(status, asked.call, self.ports.clock().now_ms());
        if let Some(span) = span {
            span.end(&report, ended.as_ref().err());
        }
        if let Err(error) = ended {
            return Err(error.with("run", serde_json::to_value(&report).unwrap_or_default()));
        }
        if let Some(listener) = listener {
            listener(&AgentEvent::AgentComplete { result: &report });
        }
        Ok(report)
    }

    async fn turns(
        &self,
        asked: &mut Asked,
        limits: Termination,
        state: &mut RunState<'_>,
    ) -> Result<RunStatus> {
        while state.iterations < limits.max_iterations {
            state.iterations += 1;
            state.tell(&AgentEvent::ThinkingStart { iteration: state.iterations });
            // On the heap: the future of a call is large, and a run holds it under several others.
            let outcome = Box::pin(self.turn(asked, state)).await?;
            let calls = state.take(outcome, &mut asked.call);
            if calls.is_empty() {
                return Ok(RunStatus::Completed);
            }
            if limits.max_tokens.is_some_and(|most| state.tokens() >= u64::from(most)) {
                return Ok(RunStatus::MaxTokens);
            }
            self.run_tools(asked, &calls, state).await?;
        }
        Ok(RunStatus::MaxIterations)
    }

    /// One answer of the model.
    async fn turn(&self, asked: &mut Asked, state: &RunState<'_>) -> Result<Outcome> {
        asked.call.stream = state.listener.is_some();
        let log = self.log_of(asked, state.span.as_deref());
        let (clock, total) = (self.ports.clock(), asked.timeout.total);
        let parts = bounded(clock, total, Phase::Total, pin!(self.serve(asked, &log))).await;
        let mut parts = parts.map_err(|error| log.attach(error))?;
        if state.listener.is_none() {
            return Ok(parts.decoder.take_outcome());
        }
        let mut stream = CompletionStream::new(&self.ports, parts);
        while let Some(part) = stream.next().await? {
            match &part {
                StreamPart::TextDelta { text } => state.tell(&AgentEvent::MessageDelta { text }),
                StreamPart::ReasoningDelta { text } => state.tell(&AgentEvent::ThinkingDelta { text }),
                _ => {}
            }
        }
        Ok(stream.outcome())
    }

    async fn read_run(&self, options: &Value) -> Result<(Asked, Agent, RunOptions)> {
        let reader = Reader::new("", options)?;
        reader.only(&FIELDS)?;
        let (product, tag) = self.agent_address(&reader)?;
        let run = RunOptions::read(&reader)?;
        let messages = conversation(&reader)?;
        let agent = self.ready_agent(&product, &tag).await?;
        let target = ResolveOptions::read(options, Some(agent.layers.clone()), &self.options)?;
        let call = Call {
            system: agent.system.clone(),
            messages,
            tools: agent.tools.iter().map(|spec| spec.tool.clone()).collect(),
            ..Call::default()
        };
        let fallback = reader.optional("fallback", model::read_fallback)?;
        let (retry, timeout) = (self.options.retry, CallTimeout::default());
        Ok((Asked { call, target, timeout, retry, deadline_ms: None, fallback }, agent, run))
    }

    fn execution_id(&self) -> Result<String> {
        let mut bytes = [0; 16];
        self.ports.random().fill(&mut bytes)?;
        Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
    }
}

/// What a run takes beside its conversation and what decides its model.
struct RunOptions {
    termination: Option<Termination>,
    number: u32,
}

impl RunOptions {
    fn read(reader: &Reader<'_>) -> Result<Self> {
        reader.optional("streaming", reader::boolean)?;
        Ok(Self {
            termination: reader.optional("termination", Termination::read)?,
            number: reader
                .optional("run", |path, value| reader::integer(path, value, 0, u32::MAX))?
                .unwrap_or_default(),
        })
    }
}

/// The conversation to go on from, and the input.
fn conversation(reader: &Reader<'_>) -> Result<Vec<Message>> {
    let mut messages = Message::read_all(reader)?;
    messages.push(Message::User(vec![UserPart::Text(reader.required("input", INPUT, input)?)]));
    Ok(messages)
}

const INPUT: &str = "a text or an object";

/// An object reaches the model as JSON.
fn input(path: &str, value: &Value) -> Result<String> {
    match value {
        Value::String(text) if !text.is_empty() => Ok(text.clone()),
        Value::Object(_) | Value::Array(_) => Ok(value.to_string()),
        _ => Err(Error::invalid(path, INPUT)),
    }
}

/// The calls of an answer that may be run: those of one that was cut off are not.
fn runnable(outcome: &Outcome) -> Vec<ToolCall> {
    let completion = &outcome.completion;
    if completion.finish_reason.unified.is_whole() { completion.tool_calls.clone() } else { Vec::new() }
}
