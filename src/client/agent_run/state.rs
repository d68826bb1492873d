//! What a run knows of itself while it goes on, so that whatever ends it, everything so far can be told.

use super::super::observe::RunSpan;
use super::super::outcome::Attempt;
use super::super::outcome::Outcome;
use super::super::outcome::Served;
use super::Listener;
use super::event::AgentEvent;
use super::report::AgentRun;
use super::report::RunStatus;
use super::report::TokenUsage;
use super::report::ToolOutcome;
use super::report::ToolRun;
use super::runnable;
use crate::agent::Agent;
use crate::chat::Call;
use crate::chat::FinishReason;
use crate::chat::Message;
use crate::chat::ToolCall;
use crate::chat::ToolResult;
use crate::chat::Usage;
use crate::warning::Warning;

/// A run so far.
pub(super) struct RunState<'a> {
    pub(super) agent: &'a Agent,
    pub(super) execution_id: String,
    pub(super) listener: Option<Listener<'a>>,
    /// The run, where it is observed.
    pub(super) span: Option<Box<RunSpan>>,
    pub(super) number: u32,
    pub(super) iterations: u32,
    /// Calls whose results the model was told, in order.
    pub(super) tool_calls: Vec<ToolRun>,
    /// Calls that still have no result.
    open: Vec<ToolCall>,
    started_ms: u64,
    output: String,
    finish_reason: Option<FinishReason>,
    usage: Usage,
    served: Option<Served>,
    attempts: Vec<Attempt>,
    warnings: Vec<Warning>,
}

impl<'a> RunState<'a> {
    pub(super) fn new(
        agent: &'a Agent,
        execution_id: String,
        started_ms: u64,
        number: u32,
        listener: Option<Listener<'a>>,
    ) -> Self {
        Self {
            agent,
            execution_id,
            listener,
            span: None,
            number,
            iterations: 0,
            tool_calls: Vec::new(),
            open: Vec::new(),
            started_ms,
            output: String::new(),
            finish_reason: None,
            usage: Usage::default(),
            served: None,
            attempts: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(super) fn tell(&self, event: &AgentEvent<'_>) {
        if let Some(listener) = self.listener {
            listener(event);
        }
    }

    /// Tokens so far, in and out.
    pub(super) fn tokens(&self) -> u64 {
        self.usage.input_tokens.unwrap_or_default() + self.usage.output_tokens.unwrap_or_default()
    }

    /// Takes an answer in, and gives back the calls in it that are to be run.
    pub(super) fn take(&mut self, outcome: Outcome, call: &mut Call) -> Vec<ToolCall> {
        let calls = runnable(&outcome);
        let Outcome { completion, served, attempts } = outcome;
        for warning in completion.warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        // Those of an answer that was cut off, too: they are not run, and stand in the conversation all the same.
        self.open = completion.tool_calls;
        add(&mut self.usage, completion.usage.unwrap_or_default());
        self.output = completion.text;
        self.finish_reason = Some(completion.finish_reason);
        self.served = Some(served);
        self.attempts.extend(attempts);
        if !completion.content.is_empty() {
            call.messages.push(Message::Assistant(completion.content));
        }
        calls
    }

    /// Takes the results of the open calls in.
    pub(super) fn answered(&mut self, runs: Vec<ToolRun>, call: &mut Call) {
        self.open.clear();
        call.messages.push(Message::Tool(runs.iter().map(result).collect()));
        self.tool_calls.extend(runs);
    }

    /// What came of the run. Calls without a result get one: a conversation cannot go on from an open call.
    pub(super) fn report(mut self, status: RunStatus, mut call: Call, now_ms: u64) -> AgentRun {
        let open = core::mem::take(&mut self.open);
        if !open.is_empty() {
            self.answered(open.into_iter().map(not_run).collect(), &mut call);
        }
        let (input, output) =
            (self.usage.input_tokens.unwrap_or_default(), self.usage.output_tokens.unwrap_or_default());
        AgentRun {
            execution_id: self.execution_id,
            status,
            output: self.output,
            finish_reason: self.finish_reason,
            iterations: self.iterations,
            tool_calls: self.tool_calls,
            token_usage: TokenUsage { input, output, total: input + output },
            usage: self.usage,
            execution_time: now_ms.saturating_sub(self.started_ms),
            conversation_history: call.messages.iter().map(Message::to_value).collect(),
            served: self.served,
            attempts: self.attempts,
            warnings: self.warnings,
        }
    }
}

fn result(run: &ToolRun) -> ToolResult {
    ToolResult {
        tool_call_id: run.tool_call_id.clone(),
        tool_name: run.tool.clone(),
        output: run.output.clone(),
        is_error: run.status != ToolOutcome::Completed,
    }
}

fn not_run(call: ToolCall) -> ToolRun {
    ToolRun {
        tool_call_id: call.tool_call_id,
        tool: call.tool_name,
        input: call.input,
        output: "the run ended before this call".into(),
        status: ToolOutcome::NotRun,
        duration_ms: 0,
        attempts: 0,
    }
}

fn add(sum: &mut Usage, more: Usage) {
    let plus = |sum: &mut Option<u64>, more: Option<u64>| {
        if let Some(more) = more {
            *sum = Some(sum.unwrap_or_default() + more);
        }
    };
    plus(&mut sum.input_tokens, more.input_tokens);
    plus(&mut sum.output_tokens, more.output_tokens);
    plus(&mut sum.cached_input_tokens, more.cached_input_tokens);
    plus(&mut sum.cache_write_tokens, more.cache_write_tokens);
    plus(&mut sum.reasoning_tokens, more.reasoning_tokens);
    sum.estimated |= more.estimated;
}
