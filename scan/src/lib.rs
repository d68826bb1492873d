//! The loops over every byte of a stream. They are a crate of their own because the rest of the module is compiled for
//! size, and these for speed. Nothing here knows a provider.

mod bytes;
mod frame;
mod plain;
mod quote;
mod reader;
mod scanner;
mod shape;
mod sse;
mod unescape;

pub use bytes::common_length;
pub use bytes::line_end;
pub use bytes::plain_length;
pub use bytes::utf16_length;
pub use plain::is_plain_json;
pub use quote::quote;
pub use reader::Listener;
pub use reader::SseReader;
pub use shape::COUNTS;
pub use shape::Field;
pub use shape::Found;
pub use shape::Rule;
pub use shape::TEXTS;
pub use sse::MAX_EVENT_BYTES;
pub use sse::SseEvent;
pub use sse::TooLong;
pub use unescape::unescape;
