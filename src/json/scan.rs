//! The events that most of a stream consists of, recognized without building a tree. The loops are compiled for speed, which
//! makes them a crate of their own.

pub use ductape_models_scan::Field;
pub use ductape_models_scan::Found;
pub use ductape_models_scan::Rule;
