//! The registry as a whole: looked over, compared, made to be as a file says, moved elsewhere. Each use case is a file.

mod apply;
mod audit;
mod audit_agents;
mod diff;
mod export;
mod finding;
mod import;
mod plan;
mod promote;
mod wanted;

pub use apply::Done;
pub use audit::Audit;
pub use diff::Diff;
pub use export::Export;
pub use export::Exported;
pub use finding::Finding;
pub use finding::Severity;
pub use import::Imported;
pub use plan::Action;
pub use plan::Blocked;
pub use plan::Plan;
pub use plan::PlannedAction;
pub use promote::Promoted;

use serde::Serialize;

use super::Client;
use super::ports::Ports;
use super::ports::Stored;
use super::records::conflict;
use crate::error::Error;
use crate::error::Result;

/// One record that could not be written, and is as it was.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Failed {
    /// The model's tag.
    pub tag: String,
    /// The code of the error.
    pub code: &'static str,
    /// Its message.
    pub message: String,
}

impl Failed {
    fn new(tag: &str, error: &Error) -> Self {
        Self { tag: tag.to_owned(), code: error.code(), message: error.to_string() }
    }
}

impl<P: Ports> Client<P> {
    /// Whether `stored` is what is still under `key`, for stores that cannot compare when they write: looking first is all
    /// that can be done there.
    async fn check_unmoved(&self, key: &str, stored: &Stored) -> Result<()> {
        if self.has_cas() {
            return Ok(());
        }
        match self.read_text(key).await? {
            Some(now) if now.value == stored.value => Ok(()),
            _ => Err(conflict()),
        }
    }
}
