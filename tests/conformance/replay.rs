//! The request direction: an accepted recorded request, read as a call of ours and built again, says the same. Each wire
//! has a file that reads its bodies back.

mod chat;
mod cohere;
mod google;
mod messages;
mod responses;

use ductape_models::chat::Call;
use ductape_models::providers::Draft;
use ductape_models::secret::ApiKey;
use serde_json::Value;
use serde_json::json;

use crate::drive;
use crate::recorded::Record;
use crate::recorded::records;

/// How the bodies of one wire are read back.
struct Reading {
    /// The five settings, by their public names.
    settings: fn(&Value) -> Value,
    /// The options of a call; what is not ours travels as provider options.
    options: fn(&Value) -> Value,
    /// The body without what means nothing or is said in another way on purpose.
    canonical: fn(&Value, &Record) -> Value,
}

fn reading(file: &str) -> Reading {
    match file {
        "custom.chat" | "openai.chat" => {
            Reading { settings: chat::settings, options: chat::options, canonical: chat::canonical }
        }
        "cohere.chat" => {
            Reading { settings: cohere::settings, options: cohere::options, canonical: cohere::canonical }
        }
        "google.generateContent" => {
            Reading { settings: google::settings, options: google::options, canonical: google::canonical }
        }
        "anthropic.messages" => Reading {
            settings: messages::settings,
            options: messages::options,
            canonical: messages::canonical,
        },
        "custom.responses" | "openai.responses" => Reading {
            settings: responses::settings,
            options: responses::options,
            canonical: responses::canonical,
        },
        _ => panic!("no reading for {file}"),
    }
}

#[test]
fn r56_recorded_requests_are_built_again() {
    let records = records();
    let accepted: Vec<_> = records
        .iter()
        .filter(|record| {
            record.succeeded() && record.json["request"].is_object() && !responses::is_foreign(record)
        })
        .collect();
    for record in &accepted {
        let canonical = reading(record.file).canonical;
        let rebuilt = rebuild(record);
        assert_eq!(
            canonical(&rebuilt, record),
            canonical(&record.json["request"], record),
            "{} {}",
            record.file,
            record.id()
        );
    }
    println!("{} recorded requests built again", accepted.len());
}

fn rebuild(record: &Record) -> Value {
    let body = &record.json["request"];
    let reading = reading(record.file);
    let wire = record.wire();
    let mut resolved = drive::resolved(wire.id(), record.model());
    drive::set(&mut resolved.settings, &(reading.settings)(body));
    let options = (reading.options)(body);
    resolved.provider_options = options["providerOptions"].as_object().cloned().unwrap_or_default();
    let mut call = Call::read(&options).unwrap_or_else(|error| panic!("{}: {error}", record.id()));
    let address = record.json["request_url"].as_str().unwrap_or_default();
    call.stream = body["stream"] == json!(true) || address.contains(":streamGenerateContent");
    let key = ApiKey::parse("apiKey", "sk-test-0123456789").unwrap().0;
    let request = wire.encode(&Draft::new(&resolved, &call, Some(&key))).unwrap().request;
    if let Some(method) = method_of(address).filter(|_| record.file.starts_with("google")) {
        assert_eq!(method_of(&request.url), Some(method), "{}", record.id());
    }
    serde_json::from_slice(&request.body).unwrap()
}

/// The model and the method of Google's address.
fn method_of(address: &str) -> Option<&str> {
    let (_, tail) = address.split_once("/models/")?;
    tail.split('?').next()
}
