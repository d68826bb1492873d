//! Real traffic of OpenAI and of servers like it. The recordings are not part of the project: without them these tests
//! say so and pass; `fixtures.rs` has cases of our own.

use ductape_models::chat::Accumulator;
use ductape_models::chat::Completion;
use ductape_models::chat::Content;
use ductape_models::chat::Finish;
use ductape_models::chat::StreamPart;
use ductape_models::http::HttpHead;
use ductape_models::model::ProviderId;
use ductape_models::providers::Provider;
use ductape_models::providers::StreamDecoder;
use ductape_models::providers::provider;
use ductape_models::sse::SseDecoder;
use serde_json::Value;
use serde_json::json;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/fixtures/recorded");

/// The one record where the label and the wire differ: three candidates were asked for. We answer with the first, as
/// the wire numbers them; the label has all three joined.
const THREE_CANDIDATES: &str = "d89e71a297b9e09a";

/// Two answers to a forced tool say `stop` and carry a tool call. The label keeps the word; we say what happened.
const STOP_WITH_TOOL_CALLS: &[&str] = &["6986e3b6ab893d70", "6d14e623848d5e59"];

/// Two streams end with `[DONE]` and no finish reason. The label calls that interrupted; the server said it was done.
const DONE_WITHOUT_REASON: &[&str] = &["bbaac1df90e05a75", "d7cae5a824b24edc"];

struct Record {
    name: String,
    wire: &'static dyn Provider,
    head: HttpHead,
    raw: Vec<u8>,
    json: Value,
}

fn records(file: &str, id: ProviderId) -> Vec<Record> {
    let Ok(text) = std::fs::read_to_string(format!("{FOLDER}/{file}.jsonl")) else {
        println!("skipped: no recordings of {file} beside this checkout");
        return Vec::new();
    };
    text.lines().map(|line| record(serde_json::from_str(line).unwrap(), id)).collect()
}

fn record(json: Value, id: ProviderId) -> Record {
    let headers = json["response_headers"].as_object().into_iter().flatten();
    let headers =
        headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
    let status = u16::try_from(json["status"].as_u64().unwrap()).unwrap();
    Record {
        name: format!("{} {}", json["vendor"].as_str().unwrap(), json["id"].as_str().unwrap()),
        wire: provider(id, None).unwrap(),
        head: HttpHead { status, headers },
        raw: json["response_raw"].as_str().unwrap().as_bytes().to_vec(),
        json,
    }
}

fn all() -> Vec<Record> {
    let mut all = records("custom.chat", ProviderId::Custom);
    all.extend(records("openai.chat", ProviderId::Openai));
    all
}

struct Cursor {
    sse: SseDecoder,
    wire: Box<dyn StreamDecoder>,
    parts: Vec<StreamPart>,
}

impl Cursor {
    fn new(record: &Record) -> Self {
        Self { sse: SseDecoder::default(), wire: record.wire.decoder(&record.head), parts: Vec::new() }
    }

    fn feed(&mut self, bytes: &[u8]) {
        let Self { sse, wire, parts } = self;
        sse.feed(bytes, |event| wire.feed(event, parts)).unwrap();
    }

    fn finish(mut self) -> Vec<StreamPart> {
        let Self { sse, wire, parts } = &mut self;
        sse.finish(|event| wire.feed(event, parts));
        wire.finish(parts);
        self.parts
    }
}

fn stream(record: &Record, chunks: &[&[u8]]) -> Vec<StreamPart> {
    let mut cursor = Cursor::new(record);
    chunks.iter().for_each(|chunk| cursor.feed(chunk));
    cursor.finish()
}

fn folded(parts: &[StreamPart]) -> Completion {
    let mut answer = Accumulator::default();
    parts.iter().for_each(|part| answer.push(part));
    answer.completion()
}

fn normal(completion: &Completion) -> Value {
    let reasoning: String = completion
        .content
        .iter()
        .filter_map(|piece| match piece {
            Content::Reasoning { text } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let calls = completion.tool_calls.iter();
    let calls: Vec<_> = calls.map(|call| json!({"name": call.tool_name, "args": call.input})).collect();
    let usage = completion.usage.as_ref();
    json!({
        "text": completion.text, "reasoning": reasoning, "tool_calls": calls,
        "finish_raw": completion.finish_reason.raw, "finish": completion.finish_reason.unified,
        "input": usage.and_then(|usage| usage.input_tokens),
        "output": usage.and_then(|usage| usage.output_tokens),
        "id": completion.response.id, "model": completion.response.model,
    })
}

fn expected(record: &Record) -> Value {
    let label = &record.json["expected"];
    let calls = label["tool_calls"].as_array().into_iter().flatten();
    let calls: Vec<_> = calls.map(|call| json!({"name": call["name"], "args": call["args"]})).collect();
    let finish = match record.json["id"].as_str() {
        Some(id) if STOP_WITH_TOOL_CALLS.contains(&id) => json!("tool-calls"),
        Some(id) if DONE_WITHOUT_REASON.contains(&id) => json!("other"),
        _ => label["finish"].clone(),
    };
    json!({
        "text": label["text"], "reasoning": label["reasoning"], "tool_calls": calls,
        "finish_raw": label["finish_raw"], "finish": finish,
        "input": label["usage"]["input"], "output": label["usage"]["output"],
        "id": label["id"], "model": label["model"],
    })
}

#[test]
fn r56_every_recorded_answer_decodes_as_labelled() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for record in all().iter().filter(|record| record.head.status == 200 && record.json["consensus"] == true)
    {
        seen += 1;
        let completion = match record.json["kind"].as_str() {
            Some("stream") => folded(&stream(record, &[&record.raw])),
            _ => match record.wire.decode(&record.head, &record.raw) {
                Ok(completion) => completion,
                Err(error) => {
                    wrong.push(format!("{}: {error:?}", record.name));
                    continue;
                }
            },
        };
        let (got, want) = (normal(&completion), expected(record));
        if got != want {
            let fields: Vec<_> = want
                .as_object()
                .unwrap()
                .keys()
                .filter(|key| got[*key] != want[*key])
                .map(|key| format!("{key}: got {} want {}", got[key], want[key]))
                .collect();
            wrong.push(format!("{}: {fields:#?}", record.name));
        }
    }
    println!("{seen} recorded answers");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn r56_of_three_candidates_the_first_is_the_answer() {
    let Some(record) = all().into_iter().find(|record| record.json["id"] == THREE_CANDIDATES) else { return };
    let completion = folded(&stream(&record, &[&record.raw]));
    let text: Value = serde_json::from_str(&completion.text).unwrap();
    assert!(text.is_object(), "one JSON answer, not three joined");
    assert_eq!(completion.finish_reason.unified, Finish::Stop);
}

#[test]
fn r56_a_cut_at_any_byte_changes_nothing() {
    let mut cuts = 0;
    for record in all().iter().filter(|record| record.json["kind"] == "stream" && record.head.status == 200) {
        let whole = folded(&stream(record, &[&record.raw]));
        let bytes: Vec<&[u8]> = record.raw.chunks(1).collect();
        assert_eq!(folded(&stream(record, &bytes)), whole, "{} byte by byte", record.name);
        let step = (record.raw.len() / 400).max(1);
        for at in (0..=record.raw.len()).step_by(step) {
            let (head, tail) = record.raw.split_at(at);
            assert_eq!(folded(&stream(record, &[head, tail])), whole, "{} cut at {at}", record.name);
            cuts += 1;
        }
    }
    println!("{cuts} cuts");
}
