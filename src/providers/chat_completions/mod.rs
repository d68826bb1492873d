//! stub: the chat-completions wire
