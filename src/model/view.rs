//! stub
/// stub
#[derive(Clone, Debug)]
pub struct EnvView;
/// stub
#[derive(Clone, Debug)]
pub struct KeyStatus;
/// stub
#[derive(Clone, Debug)]
pub struct ModelView;
