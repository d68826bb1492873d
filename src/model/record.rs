//! A model as stored: JSON with a version, a revision and a write id. It keeps fields that it does not know; it knows
//! neither the checksum around the JSON nor where the record lives.

use serde_json::Map;
use serde_json::Value;

use super::Model;
use super::history::History;
use super::stored::ENV_FIELDS;
use super::stored::count;
use super::stored::optional_text;
use super::stored::put;
use super::stored::put_some;
use super::stored::read_env;
use super::stored::read_model;
use super::stored::settings;
use super::stored::text;
use super::stored::unknown_fields;
use super::stored::write_env;
use super::stored::write_model;
use crate::crypto::KeyId;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::reader;
use crate::reader::Reader;

const FIELDS: [&str; 21] = [
    "v",
    "minReader",
    "rev",
    "wid",
    "createdAt",
    "updatedAt",
    "updatedBy",
    "settingsFrom",
    "history",
    "product",
    "tag",
    "name",
    "description",
    "provider",
    "model",
    "api",
    "headers",
    "providerOptions",
    "capabilities",
    "fallback",
    "envs",
];

/// A stored model with its bookkeeping.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The model.
    pub model: Model,
    /// The bookkeeping.
    pub meta: RecordMeta,
    history: History,
    extra: Map<String, Value>,
    env_extra: Vec<(String, Map<String, Value>)>,
}

/// Who writes a record, and when.
#[derive(Clone, Debug)]
pub struct Writing {
    /// The id of the write, random per write.
    pub wid: String,
    /// Milliseconds since 1970.
    pub now_ms: u64,
    /// Who the client says it works for.
    pub by: Option<String>,
}

/// Where settings come from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    /// The first revision that had them.
    pub rev: u64,
    /// When it was written, in milliseconds since 1970.
    pub updated_at: u64,
    /// Who wrote it.
    pub updated_by: Option<String>,
}

/// Settings that a model had.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The revision that brought them.
    pub origin: Origin,
    /// The settings as fields of a model, without keys and key references.
    pub settings: Map<String, Value>,
}

/// What a record says about itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RecordMeta {
    /// The format that wrote it.
    pub v: u64,
    /// The oldest format that may read it.
    pub min_reader: u64,
    /// The revision: 1 for a new record, one more with every write.
    pub rev: u64,
    /// The id of the write, random per write: tells a caller whether an unacknowledged write was its own.
    pub wid: String,
    /// When it was created, in milliseconds since 1970.
    pub created_at: u64,
    /// When it was last written, in milliseconds since 1970.
    pub updated_at: u64,
    /// Who wrote it last, where the client said so.
    pub updated_by: Option<String>,
    /// The revision that brought its settings, where the writes since then only touched keys.
    pub settings_from: Option<Origin>,
    /// The id of the key of its checksum; `None` before it is stored.
    pub key_id: Option<KeyId>,
    /// The id of the product key that its checksum needs, where the ring lacks that key: nothing in it is verified then.
    pub unknown_key: Option<String>,
}

impl Record {
    /// The format that this version writes, and the newest that it reads.
    pub const VERSION: u64 = 1;

    /// The first record of a new model.
    #[must_use]
    pub fn first(model: Model, Writing { wid, now_ms, by }: Writing) -> Self {
        let meta = RecordMeta {
            v: Self::VERSION,
            min_reader: Self::VERSION,
            rev: 1,
            wid,
            created_at: now_ms,
            updated_at: now_ms,
            updated_by: by,
            settings_from: None,
            key_id: None,
            unknown_key: None,
        };
        Self { model, meta, history: History::default(), extra: Map::new(), env_extra: Vec::new() }
    }

    /// The record after this one, with `model` in place of this one's and every unknown field kept. Where settings change,
    /// those of this one go into its history.
    ///
    /// # Errors
    /// `record_corrupt` where the history is.
    pub fn next(&self, model: Model, Writing { wid, now_ms, by }: Writing) -> Result<Self> {
        let mut next = self.clone();
        if settings(&self.model) == settings(&model) {
            next.meta.settings_from = Some(self.origin());
        } else {
            next.history = self.history.with(&self.snapshot_line())?;
            next.meta.settings_from = None;
        }
        next.env_extra.retain(|(slug, _)| model.env(slug).is_some());
        next.model = model;
        // Only a holder of the product key can have written a revision without a successor.
        next.meta.rev = next.meta.rev.saturating_add(1);
        next.meta.wid = wid;
        next.meta.updated_at = now_ms;
        next.meta.updated_by = by;
        next.meta.key_id = None;
        next.meta.unknown_key = None;
        Ok(next)
    }

    /// The earlier settings, as text.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The record with the text of its history.
    ///
    /// # Errors
    /// `record_corrupt` where it is not as long as the record says.
    pub fn with_history(mut self, text: &str) -> Result<Self> {
        self.history = self.history.with_text(text)?;
        Ok(self)
    }

    /// The settings of every revision that is still known, the current one first.
    ///
    /// # Errors
    /// `record_corrupt` where the history is.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>> {
        let mut snapshots = vec![Snapshot { origin: self.origin(), settings: settings(&self.model) }];
        for line in self.history.lines()? {
            snapshots.push(read_snapshot(line).ok_or_else(corrupt)?);
        }
        Ok(snapshots)
    }

    fn origin(&self) -> Origin {
        let RecordMeta { rev, updated_at, updated_by, settings_from, .. } = &self.meta;
        let here = || Origin { rev: *rev, updated_at: *updated_at, updated_by: updated_by.clone() };
        settings_from.clone().unwrap_or_else(here)
    }

    fn snapshot_line(&self) -> String {
        let mut map = write_origin(&self.origin());
        put(&mut map, "settings", settings(&self.model));
        Value::Object(map).to_string()
    }

    /// Whether this version may write a successor.
    ///
    /// # Errors
    /// `record_too_new` where a newer version wrote it.
    pub fn check_version(&self) -> Result<()> {
        if self.meta.v > Self::VERSION {
            return Err(too_new("can be read but not written by this version; upgrade ductape-models"));
        }
        Ok(())
    }

    /// Whether its checksum was verified, which everything but a view needs.
    ///
    /// # Errors
    /// `unknown_key` naming the id of the product key that it takes.
    pub fn check_verified(&self) -> Result<()> {
        let Some(id) = &self.meta.unknown_key else { return Ok(()) };
        let message =
            format!("the record was written with product key {id}, which is not in this client's keyring");
        Err(Error::new(ErrorKind::UnknownKey, message).with("keyId", id.as_str()))
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// `record_too_new` where its `minReader` is above [`Record::VERSION`]; `record_corrupt` where it is anything but a
    /// record.
    pub fn from_json(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text).map_err(|_| corrupt())?;
        let reader = Reader::new("record", &value).map_err(|_| corrupt())?;
        if count(&reader, "minReader").map_err(|_| corrupt())? > Self::VERSION {
            return Err(too_new("needs a newer version to be read; upgrade ductape-models"));
        }
        read_record(&reader).map_err(|_| corrupt())
    }

    /// The JSON form.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut map = Map::new();
        let meta = &self.meta;
        put(&mut map, "v", meta.v);
        put(&mut map, "minReader", meta.min_reader);
        put(&mut map, "rev", meta.rev);
        put(&mut map, "wid", meta.wid.as_str());
        put(&mut map, "createdAt", meta.created_at);
        put(&mut map, "updatedAt", meta.updated_at);
        put_some(&mut map, "updatedBy", meta.updated_by.as_deref());
        put_some(&mut map, "settingsFrom", meta.settings_from.as_ref().map(write_origin));
        put_some(&mut map, "history", self.history.told());
        write_model(&mut map, &self.model);
        map.extend(self.extra.clone());
        let envs = self.model.envs.iter().map(|env| {
            let mut map = write_env(env);
            if let Some((_, extra)) = self.env_extra.iter().find(|(slug, _)| *slug == env.slug) {
                map.extend(extra.clone());
            }
            Value::Object(map)
        });
        put(&mut map, "envs", envs.collect::<Vec<_>>());
        Value::Object(map).to_string()
    }
}

/// `record_corrupt`; which part of the record failed would only help whoever forges one.
#[must_use]
pub(crate) fn corrupt() -> Error {
    Error::new(ErrorKind::RecordCorrupt, "the stored record fails its checksum or its schema")
}

/// `record_too_new`, saying what that means for the caller.
#[must_use]
pub(crate) fn too_new(what: &str) -> Error {
    Error::new(ErrorKind::RecordTooNew, format!("the stored record {what}"))
}

fn read_record(reader: &Reader<'_>) -> Result<Record> {
    let meta = RecordMeta {
        v: count(reader, "v")?,
        min_reader: count(reader, "minReader")?,
        rev: count(reader, "rev")?,
        wid: text(reader, "wid")?,
        created_at: count(reader, "createdAt")?,
        updated_at: count(reader, "updatedAt")?,
        updated_by: optional_text(reader, "updatedBy")?,
        settings_from: reader
            .optional("settingsFrom", |path, value| read_origin(&Reader::new(path, value)?))?,
        key_id: None,
        unknown_key: None,
    };
    let entries = reader.required("envs", "a list", reader::list)?;
    let mut model = read_model(reader)?;
    let mut env_extra = Vec::new();
    for (path, value) in &entries {
        let reader = Reader::new(path, value)?;
        let env = read_env(&reader)?;
        let extra = unknown_fields(&reader, &ENV_FIELDS);
        if !extra.is_empty() {
            env_extra.push((env.slug.clone(), extra));
        }
        model.envs.push(env);
    }
    let history = reader.optional("history", read_history)?.unwrap_or_default();
    Ok(Record { model, meta, history, extra: unknown_fields(reader, &FIELDS), env_extra })
}

fn read_history(path: &str, value: &Value) -> Result<History> {
    let reader = Reader::new(path, value)?;
    Ok(History::from_told(count(&reader, "bytes")?, text(&reader, "checksum")?))
}

fn read_snapshot(line: &str) -> Option<Snapshot> {
    let mut value: Value = serde_json::from_str(line).ok()?;
    let origin = read_origin(&Reader::new("revision", &value).ok()?).ok()?;
    let Value::Object(settings) = value.get_mut("settings")?.take() else { return None };
    Some(Snapshot { origin, settings })
}

fn read_origin(reader: &Reader<'_>) -> Result<Origin> {
    Ok(Origin {
        rev: count(reader, "rev")?,
        updated_at: count(reader, "updatedAt")?,
        updated_by: optional_text(reader, "updatedBy")?,
    })
}

fn write_origin(origin: &Origin) -> Map<String, Value> {
    let mut map = Map::new();
    put(&mut map, "rev", origin.rev);
    put(&mut map, "updatedAt", origin.updated_at);
    put_some(&mut map, "updatedBy", origin.updated_by.as_deref());
    map
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stored() -> Value {
        json!({"v": 1, "minReader": 1, "rev": 7, "wid": "00ff", "createdAt": 1, "updatedAt": 2, "product": "shop",
            "tag": "m", "name": "M", "provider": "custom", "model": "llama", "temperature": null, "maxTokens": 5,
            "headers": {"x-title": "t"}, "providerOptions": {"a": {"b": null}}, "fallback": ["spare"], "capabilities": {"sampling": false},
            "envs": [{"slug": "dev", "active": true, "baseUrl": "http://h.example/v1", "allowInsecure": true,
                "topP": 0.5, "keyRef": "r", "later": [1]}],
            "later": {"deep": null}})
    }

    fn writing() -> Writing {
        Writing { wid: "11".to_owned(), now_ms: 9, by: Some("deploy".to_owned()) }
    }

    #[test]
    fn r30e_settings_go_into_the_history_and_keys_do_not() {
        let mut stored = stored();
        stored["envs"][0]["keyRef"] = json!("vault/canary");
        let first = Record::from_json(&stored.to_string()).unwrap();
        let mut model = first.model.clone();
        model.name = "N".to_owned();
        model.envs[0].key_ref = Some("vault/other".to_owned());
        let second = first.next(model.clone(), writing()).unwrap();
        assert!(!second.history().text().contains("vault"));
        model.envs[0].key_ref = None;
        let third = second.next(model, writing()).unwrap();
        let known = third.snapshots().unwrap();
        let revisions: Vec<_> =
            known.iter().map(|one| (one.origin.rev, one.settings["name"].clone())).collect();
        assert_eq!(revisions, [(8, json!("N")), (7, json!("M"))]);
        let (new, old) = (&known[0].origin, &known[1].origin);
        assert_eq!((new.updated_by.as_deref(), old.updated_at), (Some("deploy"), 2));
        let read = Record::from_json(&third.to_json()).unwrap().with_history(third.history().text()).unwrap();
        assert_eq!(read, third);
    }

    #[test]
    fn r16_a_record_comes_back_as_it_was() {
        let record = Record::from_json(&stored().to_string()).unwrap();
        assert_eq!(record.model.config.temperature, Some(None));
        assert_eq!(serde_json::from_str::<Value>(&record.to_json()).unwrap(), stored());
        assert_eq!(Record::from_json(&record.to_json()).unwrap(), record);
    }

    #[test]
    fn unknown_fields_survive_a_write() {
        let record = Record::from_json(&stored().to_string()).unwrap();
        let next = record.next(record.model.clone(), writing()).unwrap();
        let json: Value = serde_json::from_str(&next.to_json()).unwrap();
        assert_eq!((&json["later"], &json["envs"][0]["later"]), (&json!({"deep": null}), &json!([1])));
        assert_eq!((&json["rev"], &json["updatedAt"], &json["createdAt"]), (&json!(8), &json!(9), &json!(1)));
    }

    #[test]
    fn a_newer_format_is_read_as_far_as_it_allows() {
        let mut newer = stored();
        newer["v"] = json!(2);
        let record = Record::from_json(&newer.to_string()).unwrap();
        assert_eq!(record.check_version().unwrap_err().kind(), ErrorKind::RecordTooNew);
        newer["minReader"] = json!(2);
        newer["envs"] = json!("in a form of its own");
        assert_eq!(Record::from_json(&newer.to_string()).unwrap_err().kind(), ErrorKind::RecordTooNew);
    }

    #[test]
    fn r63_anything_else_is_corrupt() {
        let whole = stored().to_string();
        for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            assert_eq!(Record::from_json(&whole[..end]).unwrap_err().kind(), ErrorKind::RecordCorrupt);
        }
        for field in ["v", "minReader", "rev", "wid", "product", "tag", "name", "provider", "model", "envs"] {
            let mut value = stored();
            value[field] = json!([0]);
            assert_eq!(
                Record::from_json(&value.to_string()).unwrap_err().kind(),
                ErrorKind::RecordCorrupt,
                "{field}"
            );
        }
    }
}
