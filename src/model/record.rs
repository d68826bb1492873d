//! stub
use super::Model;
/// stub
#[derive(Clone, Debug)]
pub struct Record {
    /// The model
    pub model: Model,
    /// Bookkeeping.
    pub meta: RecordMeta,
}
/// stub
#[derive(Clone, Debug)]
pub struct RecordMeta {
    /// Revision, +1 per write.
    pub rev: u64,
}
