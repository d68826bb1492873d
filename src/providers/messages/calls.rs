//! Tool calls out of blocks. A call is told whole only when the answer's end is known, because an answer that was cut
//! off leaves nothing to run.

use serde_json::Value;

use crate::chat::Finish;
use crate::chat::StreamPart;
use crate::chat::ToolCall;
use crate::json::filled;
use crate::providers::tool_calls::tool_call;

/// The calls that are not told yet.
#[derive(Debug, Default)]
pub(super) struct Calls {
    open: Vec<Call>,
    /// Calls of the whole answer so far, to tell made-up ids apart.
    begun: usize,
}

#[derive(Debug)]
struct Call {
    id: String,
    name: String,
    /// The argument text so far.
    input: String,
    /// What stood in the block's start: empty as a rule, else the arguments in whole.
    given: String,
    ended: bool,
}

impl Calls {
    /// Begins a call; its position is what the other functions want.
    pub(super) fn begin(&mut self, block: &Value, out: &mut Vec<StreamPart>) -> usize {
        let id = filled(&block["id"]).map_or_else(|| format!("call_{}", self.begun), str::to_owned);
        let name = block["name"].as_str().unwrap_or_default().to_owned();
        out.push(StreamPart::ToolInputStart { tool_call_id: id.clone(), tool_name: name.clone() });
        let (input, given) = (String::new(), given(&block["input"]));
        self.open.push(Call { id, name, input, given, ended: false });
        self.begun += 1;
        self.open.len() - 1
    }

    /// Takes a piece of argument text.
    pub(super) fn extend(&mut self, position: usize, piece: String, out: &mut Vec<StreamPart>) {
        if let Some(call) = self.open.get_mut(position).filter(|call| !call.ended && !piece.is_empty()) {
            call.input.push_str(&piece);
            out.push(StreamPart::ToolInputDelta { tool_call_id: call.id.clone(), delta: piece });
        }
    }

    /// The call's block ended.
    pub(super) fn end(&mut self, position: usize, out: &mut Vec<StreamPart>) {
        if let Some(call) = self.open.get_mut(position) {
            call.end(out);
        }
    }

    /// The answer ended: tells every call, in the light of how.
    pub(super) fn tell(&mut self, finish: Finish, out: &mut Vec<StreamPart>) {
        for mut call in core::mem::take(&mut self.open) {
            call.end(out);
            out.push(StreamPart::ToolCall(call.told(finish)));
        }
    }
}

impl Call {
    fn end(&mut self, out: &mut Vec<StreamPart>) {
        if core::mem::replace(&mut self.ended, true) {
            return;
        }
        if self.input.is_empty() && !self.given.is_empty() {
            self.input = core::mem::take(&mut self.given);
            let (tool_call_id, delta) = (self.id.clone(), self.input.clone());
            out.push(StreamPart::ToolInputDelta { tool_call_id, delta });
        }
        out.push(StreamPart::ToolInputEnd { tool_call_id: self.id.clone() });
    }

    fn told(self, finish: Finish) -> ToolCall {
        tool_call(self.id, self.name, &self.input, finish)
    }
}

/// Arguments that a block's start holds, as text.
fn given(input: &Value) -> String {
    match input {
        Value::Null => String::new(),
        Value::Object(map) if map.is_empty() => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
