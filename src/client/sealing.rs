//! New API keys on their way into a record: the client's own limits checked, the keys sealed for the one place where they
//! may be used. It opens nothing.

use super::Client;
use super::key_context::key_context;
use super::ports::Clock;
use super::ports::Ports;
use crate::base_url::BaseUrl;
use crate::error::Error;
use crate::error::ErrorKind;
use crate::error::Result;
use crate::model::Applied;
use crate::model::KeyMeta;
use crate::model::Model;
use crate::model::NewKey;
use crate::model::NewPlace;
use crate::reader;
use crate::warning::Warning;

impl<P: Ports> Client<P> {
    /// Whether base URLs of this origin may be stored and called.
    ///
    /// # Errors
    /// `origin_not_allowed` naming `field`.
    pub(crate) fn check_origin(&self, field: &str, base_url: &BaseUrl) -> Result<()> {
        let Some(allowed) = &self.options.allowed_origins else { return Ok(()) };
        // Entries are read like base URLs, so that a trailing slash or a capital in the list does not lock anyone out.
        let is_it = |entry: &String| {
            BaseUrl::parse(field, entry, true).is_ok_and(|entry| entry.origin() == base_url.origin())
        };
        if allowed.iter().any(is_it) {
            return Ok(());
        }
        let message = format!("{field}: this origin is not among the client's allowedOrigins");
        Err(Error::new(ErrorKind::OriginNotAllowed, message)
            .with("field", field)
            .with("origin", base_url.origin()))
    }

    /// Checks a change against the client's options and seals its keys.
    pub(super) async fn seal_keys(&self, applied: Applied) -> Result<(Model, Vec<Warning>)> {
        let Applied { mut model, keys, warnings, added, moved } = applied;
        self.check_places(&model, &added, &moved)?;
        for new in &keys {
            self.seal_key(&mut model, new).await?;
        }
        Ok((model, warnings))
    }

    async fn seal_key(&self, model: &mut Model, new: &NewKey) -> Result<()> {
        let (provider, product, tag) = (model.provider, &model.product, &model.tag);
        let Some(env) = model.envs.iter_mut().find(|env| env.slug == new.slug) else { return Ok(()) };
        let context = key_context(product, tag, &env.slug, provider, env.base_url.as_ref());
        let sealed = self.seal(&context, &new.key).await?;
        let meta = KeyMeta {
            hint: new.key.hint().map(str::to_owned),
            fingerprint: self.keys.fingerprint(&new.key),
            updated_at: self.ports.clock().now_ms(),
        };
        env.set_key(sealed, meta);
        Ok(())
    }

    /// Whether a change's new environments and addresses are among those that the client's options allow.
    pub(super) fn check_places(&self, model: &Model, added: &[NewPlace], moved: &[NewPlace]) -> Result<()> {
        if let Some((_, declared)) = self.options.products.iter().find(|(name, _)| *name == model.product) {
            added.iter().try_for_each(|place| check_slug(place, declared))?;
        }
        moved.iter().try_for_each(|place| {
            let base_url = model.env(&place.slug).and_then(|env| env.base_url.as_ref());
            base_url.map_or(Ok(()), |base_url| self.check_origin(&place.field, base_url))
        })
    }
}

fn check_slug(place: &NewPlace, declared: &[String]) -> Result<()> {
    if declared.contains(&place.slug) {
        return Ok(());
    }
    let slugs: Vec<&str> = declared.iter().map(String::as_str).collect();
    let hint = reader::closest(&place.slug, &slugs)
        .map_or_else(String::new, |slug| format!(" (did you mean {slug}?)"));
    let expected = format!("one of the product's envs: {}{hint}", slugs.join(", "));
    Err(Error::invalid(&place.field, expected))
}
