//! A run of an agent as it is told, and its tools. Its calls are told as calls are.

use serde_json::Value;

use super::super::Client;
use super::super::agent_run::AgentRun;
use super::super::agent_run::ToolOutcome;
use super::super::ports::Ports;
use super::call::put_usage;
use super::content;
use super::event::SpanKind;
use super::event::put;
use super::request::ENV;
use super::request::MODEL;
use super::request::OPERATION;
use super::request::PRODUCT;
use super::request::PROVIDER;
use super::request::TAG;
use super::request::provider_name;
use super::span::Attributes;
use super::span::Failure;
use super::span::Span;
use super::span::failure;
use crate::chat::ToolCall;
use crate::error::Error;

/// A run that is observed.
#[derive(Debug)]
pub(in super::super) struct RunSpan {
    pub(super) span: Span,
    wants_content: bool,
}

impl<P: Ports> Client<P> {
    /// A run of `agent` that begins now; `None` where nobody listens.
    pub(in super::super) fn run_span(
        &self,
        product: &str,
        env: &str,
        agent: &str,
        execution_id: &str,
    ) -> Option<Box<RunSpan>> {
        let observer = self.watch.listener()?;
        let span = Span::root(observer, self.span_id(), SpanKind::Internal, "invoke_agent");
        let mut map = Attributes::new();
        put(&mut map, OPERATION, Some("invoke_agent".into()));
        put(&mut map, "gen_ai.agent.name", Some(agent.into()));
        put(&mut map, PRODUCT, Some(product.into()));
        put(&mut map, ENV, Some(env.into()));
        put(&mut map, "ductape.execution.id", Some(execution_id.into()));
        span.start(["invoke_agent ", agent].concat(), map);
        Some(Box::new(RunSpan { span, wants_content: self.watch.wants_content() }))
    }
}

impl RunSpan {
    /// It is over: with this report, or with an error beside it.
    pub(in super::super) fn end(self, report: &AgentRun, error: Option<&Error>) {
        let mut map = Attributes::new();
        if let Some(served) = &report.served {
            put(&mut map, PROVIDER, Some(provider_name(served.provider).into()));
            put(&mut map, MODEL, Some(served.model.as_str().into()));
            put(&mut map, TAG, served.tag.as_deref().map(Value::from));
        }
        if let Some(reason) = &report.finish_reason {
            let reason = content::finish_name(reason.unified);
            put(&mut map, "gen_ai.response.finish_reasons", Some(Value::Array(vec![reason.into()])));
        }
        put_usage(&mut map, &report.usage);
        put(&mut map, "ductape.run.status", serde_json::to_value(report.status).ok());
        put(&mut map, "ductape.run.iterations", Some(report.iterations.into()));
        self.span.end(map, error.map(failure));
    }

    /// A tool is called.
    pub(in super::super) fn tool(&self, call: &ToolCall) -> Box<ToolSpan> {
        let span = self.span.child(SpanKind::Internal, "execute_tool");
        let mut map = Attributes::new();
        put(&mut map, OPERATION, Some("execute_tool".into()));
        put(&mut map, "gen_ai.tool.name", Some(call.tool_name.as_str().into()));
        put(&mut map, "gen_ai.tool.call.id", Some(call.tool_call_id.as_str().into()));
        put(&mut map, "gen_ai.tool.type", Some("function".into()));
        put(&mut map, "gen_ai.tool.call.arguments", self.wants_content.then(|| call.input.to_value()));
        span.start(["execute_tool ", &call.tool_name].concat(), map);
        Box::new(ToolSpan { span, wants_content: self.wants_content })
    }
}

/// A tool's call that is observed.
#[derive(Debug)]
pub(in super::super) struct ToolSpan {
    span: Span,
    wants_content: bool,
}

impl ToolSpan {
    /// It is over, and the model is told `output`.
    pub(in super::super) fn end(self, status: ToolOutcome, output: &Value, attempts: u32) {
        let is_done = status == ToolOutcome::Completed;
        let error: Option<Failure> = match status {
            ToolOutcome::Completed => None,
            ToolOutcome::Refused => Some(("tool_refused", None)),
            ToolOutcome::Failed | ToolOutcome::NotRun => Some(("tool_failed", None)),
        };
        let mut map = Attributes::new();
        put(&mut map, "gen_ai.tool.call.result", (self.wants_content && is_done).then(|| output.clone()));
        put(&mut map, "ductape.tool.attempts", Some(attempts.into()));
        self.span.end(map, error);
    }

    /// The run cannot go on from here.
    pub(in super::super) fn failed(self, error: &Error) {
        self.span.end(Attributes::new(), Some(failure(error)));
    }
}
