//! stub
/// stub
#[derive(Clone, Debug)]
pub struct ModelPatch;
/// stub
#[derive(Clone, Debug)]
pub struct Patch;
