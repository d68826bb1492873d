//! stub: folds stream parts into a Completion
use super::{Completion, StreamPart};
/// stub
#[derive(Clone, Debug, Default)]
pub struct Accumulator(());
impl Accumulator {
    /// Takes one part.
    pub fn push(&mut self, _part: &StreamPart) {
        todo!()
    }
    /// The answer so far; `interrupted` where no finish part came.
    #[must_use]
    pub fn completion(&self) -> Completion {
        todo!()
    }
}
