//! The state that somebody wants, read as a whole before anything else happens: every model that is wrong is told at once.

use serde_json::Value;
use serde_json::json;

use super::super::Client;
use super::super::ports::Ports;
use crate::error::Error;
use crate::error::Result;
use crate::model::ModelInput;
use crate::reader;
use crate::reader::Reader;

/// What a product's models should be.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) product: String,
    pub(super) models: Vec<ModelInput>,
    /// Whether models that are not named go.
    pub(super) prune: bool,
}

impl Wanted {
    pub(super) const FIELDS: [&'static str; 3] = ["product", "models", "prune"];

    pub(super) fn names(&self, tag: &str) -> bool {
        self.models.iter().any(|model| model.tag() == tag)
    }
}

impl<P: Ports> Client<P> {
    /// Reads [`Wanted::FIELDS`].
    ///
    /// # Errors
    /// Those of [`Client::create`] for its input, the field behind `models[…]`; `problems` has one for each wrong model.
    pub(super) fn read_wanted(&self, reader: &Reader<'_>) -> Result<Wanted> {
        let product = self.product_or_default(reader.optional("product", reader::id)?)?;
        let prune = reader.optional("prune", reader::boolean)?.unwrap_or(false);
        let mut wanted = Wanted { product, models: Vec::new(), prune };
        let mut problems = Vec::new();
        for (path, item) in reader.required("models", "a list of models", reader::list)? {
            match read_model(&wanted, &path, item) {
                Ok(model) => wanted.models.push(model),
                Err(error) => problems.push(error),
            }
        }
        together(problems)?;
        Ok(wanted)
    }
}

fn read_model(wanted: &Wanted, path: &str, value: &Value) -> Result<ModelInput> {
    let model = ModelInput::read_at(path, value)?;
    if model.product().is_some_and(|product| product != wanted.product) {
        let expected = format!("the product that the models are for, '{}', or none", wanted.product);
        return Err(Error::invalid(&[path, ".product"].concat(), expected));
    }
    if wanted.names(model.tag()) {
        return Err(Error::invalid(&[path, ".tag"].concat(), "a tag that no other model of the list has"));
    }
    Ok(model)
}

/// The first of the problems, with all of them as a detail.
///
/// # Errors
/// That, where there is any.
pub(super) fn together(problems: Vec<Error>) -> Result<()> {
    let told =
        |error: &Error| json!({"code": error.code(), "field": error.field(), "message": error.to_string()});
    let all: Vec<Value> = problems.iter().map(told).collect();
    match problems.into_iter().next() {
        Some(first) => Err(first.with("problems", all)),
        None => Ok(()),
    }
}
