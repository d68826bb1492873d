//! What a call asks, in the words of OpenTelemetry's conventions for generative AI. It knows their names; not who hears
//! them.

use serde_json::Value;

use super::Watch;
use super::content;
use super::event::put;
use super::span::Attributes;
use crate::chat::Call;
use crate::model::ProviderId;
use crate::resolve::Resolved;

pub(super) const OPERATION: &str = "gen_ai.operation.name";
pub(super) const PROVIDER: &str = "gen_ai.provider.name";
pub(super) const MODEL: &str = "gen_ai.request.model";
pub(super) const ADDRESS: &str = "server.address";
pub(super) const PORT: &str = "server.port";
pub(super) const TAG: &str = "ductape.model.tag";
pub(super) const PRODUCT: &str = "ductape.product";
pub(super) const ENV: &str = "ductape.env";

impl Watch {
    /// What is told of a request before it is sent; `None` where nobody listens.
    pub(in super::super) fn request(
        &self,
        resolved: &Resolved,
        call: &Call,
        url: &str,
    ) -> Option<Box<Attributes>> {
        self.listener()?;
        let mut map = Attributes::new();
        put(&mut map, OPERATION, Some("chat".into()));
        put(&mut map, PROVIDER, Some(provider_name(resolved.provider).into()));
        put(&mut map, MODEL, Some(resolved.model_id().into()));
        put_server(&mut map, url);
        put_settings(&mut map, resolved, call);
        put(&mut map, PRODUCT, Some(resolved.product.as_str().into()));
        put(&mut map, ENV, Some(resolved.env.as_str().into()));
        put(&mut map, TAG, resolved.tag.as_deref().map(Value::from));
        if self.wants_content() {
            content::put_call(&mut map, call);
        }
        Some(Box::new(map))
    }
}

/// The conventions' name of a provider.
pub(super) const fn provider_name(provider: ProviderId) -> &'static str {
    match provider {
        ProviderId::Google => "gcp.gemini",
        other => other.as_str(),
    }
}

fn put_settings(map: &mut Attributes, resolved: &Resolved, call: &Call) {
    let settings = &resolved.settings;
    put(map, "gen_ai.request.stream", call.stream.then(|| true.into()));
    put(map, "gen_ai.output.type", call.schema.as_ref().map(|_| "json".into()));
    put(map, "gen_ai.request.max_tokens", settings.max_tokens.sent().map(|value| (*value).into()));
    put(map, "gen_ai.request.temperature", settings.temperature.sent().map(|value| (*value).into()));
    put(map, "gen_ai.request.top_p", settings.top_p.sent().map(|value| (*value).into()));
    let stops = settings.stop_sequences.sent().cloned();
    put(map, "gen_ai.request.stop_sequences", stops.map(Value::from));
}

/// Host and port of an address of ours, never its path or query.
fn put_server(map: &mut Attributes, url: &str) {
    let Some((scheme, rest)) = url.split_once("://") else { return };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
        _ => (authority, None),
    };
    let usual: u16 = if scheme == "http" { 80 } else { 443 };
    put(map, ADDRESS, Some(host.trim_matches(['[', ']']).into()));
    put(map, PORT, Some(port.unwrap_or(usual).into()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_its_path_and_query() {
        for (url, host, port) in [
            ("https://api.example/v1/chat?key=1", "api.example", 443),
            ("http://localhost:9/v1", "localhost", 9),
            ("http://127.0.0.1", "127.0.0.1", 80),
            ("https://[::1]:8443/v1", "::1", 8443),
            ("https://[2001:db8::1]/v1", "2001:db8::1", 443),
        ] {
            let mut map = Attributes::new();
            put_server(&mut map, url);
            assert_eq!((map[ADDRESS].as_str(), map[PORT].as_u64()), (Some(host), Some(port)), "{url}");
        }
    }
}
