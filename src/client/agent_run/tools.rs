//! The tool calls of one answer, all at once. Whatever a handler does, throw, hang or answer nonsense, becomes a result that
//! the model sees.

use core::pin::Pin;
use core::pin::pin;
use core::task::Poll;

use serde_json::Value;

use super::super::Client;
use super::super::asked::Asked;
use super::super::ports::Clock;
use super::super::ports::Ports;
use super::super::ports::ToolFailure;
use super::super::ports::ToolInvocation;
use super::super::ports::Tools;
use super::super::within::within;
use super::event::AgentEvent;
use super::report::ToolOutcome;
use super::report::ToolRun;
use super::state::RunState;
use crate::agent::Agent;
use crate::agent::ToolSpec;
use crate::chat::ToolCall;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;

/// Longest message of a handler that a model is told, in bytes.
const MAX_MESSAGE: usize = 2048;

/// What a handler gave, or what the model is told instead.
struct Answer {
    output: Value,
    status: ToolOutcome,
    attempts: u32,
}

impl Answer {
    fn failed(message: impl Into<String>, attempts: u32) -> Self {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().find(|(at, c)| at + c.len_utf8() > MAX_MESSAGE) {
            message.truncate(end);
        }
        Self { output: message.into(), status: ToolOutcome::Failed, attempts }
    }
}

impl<P: Ports> Client<P> {
    /// Runs `calls` at the same time and puts their results into the conversation, in the order of the calls.
    ///
    /// # Errors
    /// `tool_handler_missing`.
    pub(super) async fn run_tools(
        &self,
        asked: &mut Asked,
        calls: &[ToolCall],
        state: &mut RunState<'_>,
    ) -> Result<()> {
        let place = Place { product: asked.target.product(), env: asked.target.env() };
        let runs = join(calls.iter().map(|call| self.run_tool(call, state, place)).collect()).await;
        let runs = runs.into_iter().collect::<Result<Vec<_>>>()?;
        state.answered(runs, &mut asked.call);
        Ok(())
    }

    async fn run_tool(&self, call: &ToolCall, state: &RunState<'_>, place: Place<'_>) -> Result<ToolRun> {
        let ToolCall { tool_call_id, tool_name, input, .. } = call;
        state.tell(&AgentEvent::ToolStart { tool_call_id, tool: tool_name, input });
        let span = state.span.as_ref().map(|run| run.tool(call));
        let started = self.ports.clock().now_ms();
        let Answer { output, status, attempts } =
            match state.agent.tools.iter().find(|spec| spec.tool.name == *tool_name) {
                None => Answer::failed("there is no such tool", 0),
                Some(_) if call.incomplete || !input.is_object() => {
                    Answer::failed("the arguments are not a JSON object", 0)
                }
                Some(spec) => match self.handle(spec, call, state, place).await {
                    Ok(answer) => answer,
                    Err(error) => {
                        span.into_iter().for_each(|span| span.failed(&error));
                        return Err(error);
                    }
                },
            };
        span.into_iter().for_each(|span| span.end(status, &output, attempts));
        let duration_ms = self.ports.clock().now_ms().saturating_sub(started);
        let is_error = status != ToolOutcome::Completed;
        state.tell(&AgentEvent::ToolEnd {
            tool_call_id,
            tool: tool_name,
            output: &output,
            is_error,
            duration_ms,
        });
        Ok(ToolRun {
            tool_call_id: tool_call_id.clone(),
            tool: tool_name.clone(),
            input: input.clone(),
            output,
            status,
            duration_ms,
            attempts,
        })
    }

    /// Asks whoever has to agree, then the handler, as often as the tool allows.
    async fn handle(
        &self,
        spec: &ToolSpec,
        call: &ToolCall,
        state: &RunState<'_>,
        Place { product, env }: Place<'_>,
    ) -> Result<Answer> {
        let invocation = ToolInvocation {
            run: state.number,
            execution_id: &state.execution_id,
            product,
            env,
            agent: &state.agent.tag,
            tool: &spec.tool.name,
            tool_call_id: &call.tool_call_id,
            input: &call.input,
        };
        let tools = self.ports.tools();
        if spec.requires_confirmation && !tools.confirm(&invocation).await {
            let output = "nobody agreed to this call".into();
            return Ok(Answer { output, status: ToolOutcome::Refused, attempts: 0 });
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            let answer = match spec.timeout {
                None => tools.call(&invocation).await,
                Some(ms) => within(self.ports.clock(), ms, pin!(tools.call(&invocation)))
                    .await
                    .unwrap_or_else(|| Err(ToolFailure::Thrown(format!("no answer within {ms} ms")))),
            };
            match answer {
                Ok(output) => return Ok(Answer { output, status: ToolOutcome::Completed, attempts }),
                Err(ToolFailure::Missing) => return Err(missing(state.agent, spec)),
                Err(ToolFailure::InvalidArguments(message)) => return Ok(Answer::failed(message, attempts)),
                Err(ToolFailure::Thrown(message)) if attempts > spec.retries => {
                    return Ok(Answer::failed(message, attempts));
                }
                Err(ToolFailure::Thrown(_)) => {}
            }
        }
    }
}

/// Where a run goes on.
#[derive(Clone, Copy)]
struct Place<'a> {
    product: &'a str,
    env: &'a str,
}

fn missing(agent: &Agent, spec: &ToolSpec) -> Error {
    let tool = spec.tool.name.as_str();
    let message = format!("tool '{tool}' has no handler here; define the agent in this process");
    Error::new(ErrorKind::ToolHandlerMissing, message).with("agent", agent.tag.as_str()).with("tool", tool)
}

/// All outputs, in the order of `work`.
async fn join<F: Future>(work: Vec<F>) -> Vec<F::Output> {
    let mut outputs: Vec<Option<F::Output>> = work.iter().map(|_| None).collect();
    let mut running: Vec<Pin<Box<F>>> = work.into_iter().map(Box::pin).collect();
    core::future::poll_fn(|context| {
        for (future, output) in running.iter_mut().zip(&mut outputs).filter(|(_, output)| output.is_none()) {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                *output = Some(value);
            }
        }
        if outputs.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    outputs.into_iter().flatten().collect()
}
