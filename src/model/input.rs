//! stub
/// stub
#[derive(Clone, Debug)]
pub struct EnvInput;
/// stub
#[derive(Clone, Debug)]
pub struct ModelInput;
