//! The rules that need both the old and the new: every environment has an address and a key where it needs one, and no key
//! reaches another place than it was given for.

use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::Model;
use crate::model::ModelEnv;
use crate::model::input::EnvInput;

/// The path of an env's field: the input's own where the call lists the env.
fn field_of(model: &Model, env: &ModelEnv, input: Option<&EnvInput>, field: &str) -> String {
    let index = model.envs.iter().position(|other| other.slug == env.slug).unwrap_or_default();
    input.map_or_else(|| format!("envs[{index}].{field}"), |input| input.at(field))
}

pub(super) fn check_address(model: &Model, env: &ModelEnv, input: Option<&EnvInput>) -> Result<()> {
    if model.provider.is_hosted() || env.base_url.is_some() {
        return Ok(());
    }
    let field = field_of(model, env, input, "baseUrl");
    let expected =
        format!("the server's URL for env '{}', which provider custom needs; it is missing", env.slug);
    Err(Error::invalid(&field, expected).with("env", env.slug.as_str()))
}

pub(super) fn check_reentry(
    old: &Model,
    new: &Model,
    env: &ModelEnv,
    input: Option<&EnvInput>,
    is_new_key: bool,
) -> Result<()> {
    let Some(before) = old.env(&env.slug) else { return Ok(()) };
    let moved = old.provider != new.provider || before.origin() != env.origin();
    let is_new_reference = input.is_some_and(|input| matches!(input.key_ref, Some(Some(_))));
    let keeps_key = (env.sealed.is_some() || env.key_ref.is_some()) && !is_new_key && !is_new_reference;
    if !moved || !keeps_key {
        return Ok(());
    }
    let field = field_of(new, env, input, "apiKey");
    let message = format!(
        "{field}: env '{}' would send its key to another provider or origin than it was given for; give the key again in this call",
        env.slug
    );
    Err(Error::new(ErrorKind::KeyReentryRequired, message)
        .with("field", field)
        .with("env", env.slug.as_str()))
}

pub(super) fn check_key(
    model: &Model,
    env: &ModelEnv,
    input: Option<&EnvInput>,
    is_new_key: bool,
) -> Result<()> {
    let has_key = is_new_key || env.sealed.is_some() || env.key_ref.is_some();
    if has_key || !env.active || !model.provider.is_hosted() {
        return Ok(());
    }
    Err(missing_key(&env.slug, &field_of(model, env, input, "apiKey")))
}

pub(super) fn missing_key(slug: &str, field: &str) -> Error {
    let message = format!("{field}: env '{slug}' has no API key (is the variable set?)");
    Error::new(ErrorKind::MissingApiKey, message).with("field", field).with("env", slug)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::error::ErrorKind;
    use crate::model::patch::tests::create;
    use crate::model::patch::tests::referenced;
    use crate::model::patch::tests::update;
    use crate::model::patch::tests::with;

    #[test]
    fn r13_a_hosted_env_needs_a_key() {
        for env in [
            json!({"slug": "dev"}),
            json!({"slug": "dev", "apiKey": ""}),
            json!({"slug": "dev", "apiKey": " "}),
            json!({"slug": "dev", "apiKey": null}),
        ] {
            let error = create(&with("/envs/0", env)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MissingApiKey);
            assert_eq!(error.to_string(), "envs[0].apiKey: env 'dev' has no API key (is the variable set?)");
        }
    }

    #[test]
    fn r14_custom_needs_a_base_url_and_no_key() {
        let mut value = with("/provider", json!("custom"));
        value["envs"] = json!([{"slug": "dev", "baseUrl": "http://localhost:8080"}]);
        let applied = create(&value).unwrap();
        assert_eq!(applied.model.envs[0].origin(), "http://localhost:8080");
        value["envs"] = json!([{"slug": "dev", "apiKey": "k"}]);
        assert_eq!(create(&value).unwrap_err().field(), Some("envs[0].baseUrl"));
    }

    #[test]
    fn r20_a_key_is_given_again_for_another_provider_or_origin() {
        let changes = [
            json!({"provider": "anthropic"}),
            json!({"envs": [{"slug": "prd", "baseUrl": "https://h.example"}]}),
        ];
        for change in changes {
            let error = update(&referenced(), change).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::KeyReentryRequired);
        }
        let again = json!({"envs": [{"slug": "prd", "baseUrl": "https://h.example", "apiKey": "sk-x"}]});
        let moved = update(&referenced(), again).unwrap();
        assert_eq!(moved.moved[0].field, "envs[0].baseUrl");
        let mut model = moved.model;
        model.envs[1].key_ref = Some("r".to_owned());
        let same_origin = json!({"envs": [{"slug": "prd", "baseUrl": "https://H.example:443/v2"}]});
        assert!(update(&model, same_origin).is_ok());
        let back = json!({"envs": [{"slug": "prd", "baseUrl": null}]});
        assert_eq!(update(&model, back).unwrap_err().kind(), ErrorKind::KeyReentryRequired);
    }
}
