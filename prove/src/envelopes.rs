//! Every way to change one envelope a little: each bit of its text and of its body flipped, each character inserted,
//! deleted and substituted at each place, each end cut off. None of the results may open.

use base64ct::Base64UrlUnpadded;
use base64ct::Encoding;
use ductape_models::ApiKey;
use ductape_models::ProductKey;
use ductape_models::crypto::Keyring;
use ductape_models::crypto::SALT_LEN;
use ductape_models::crypto::SealedKey;
use ductape_models::crypto::context;
use ductape_models::crypto::open;
use ductape_models::crypto::seal;
use testkit::Dice;

use crate::campaign::Outcome;
use crate::campaign::Run;
use crate::parallel::Tally;
use crate::parallel::each;

/// What a careless decoder might pass over or take for another: a soft hyphen, an accent, look-alikes, zero-width
/// characters, a byte order mark, a character outside the basic plane.
const BEYOND_ASCII: [char; 8] =
    ['\u{ad}', '\u{e9}', '\u{17f}', '\u{200b}', '\u{212a}', '\u{feff}', '\u{ff0e}', '\u{1f980}'];

/// An envelope that opens in one place.
struct Envelope {
    ring: Keyring,
    context: Vec<u8>,
    text: String,
}

impl Envelope {
    fn new(dice: &mut Dice) -> Option<Self> {
        let (mut key, mut salt) = ([0; 32], [0; SALT_LEN]);
        dice.fill(&mut key);
        dice.fill(&mut salt);
        let ring = Keyring::new(ProductKey::from_bytes(key), Vec::new()).ok()?;
        let api_key = ApiKey::parse("apiKey", &random_key(dice)).ok()?.0;
        let tag = format!("tag-{}", dice.roll(1000));
        let context = context(&["api-key", "shop", &tag, "prd", "openai", "provider-default"]);
        let text = seal(&ring, salt, &context, &api_key).ok()?.as_str().to_owned();
        let envelope = Self { ring, context, text };
        envelope.opens(&envelope.text).then_some(envelope)
    }

    fn opens(&self, text: &str) -> bool {
        SealedKey::parse(text).and_then(|sealed| open(&self.ring, &sealed, &self.context)).is_ok()
    }

    fn refuse(&self, text: &str, tally: &mut Tally) {
        tally.check(!self.opens(text), || format!("accepted {text:?} for {:?}", self.text));
    }

    fn flip_text(&self, tally: &mut Tally) {
        let mut bytes = self.text.clone().into_bytes();
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            match core::str::from_utf8(&bytes) {
                Ok(text) => self.refuse(text, tally),
                // No string, so there is nothing that a caller could pass.
                Err(_) => tally.check(true, String::new),
            }
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }

    fn flip_body(&self, tally: &mut Tally) {
        let Some((head, body)) = self.text.rsplit_once('.') else { return };
        let Ok(mut bytes) = Base64UrlUnpadded::decode_vec(body) else { return };
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            self.refuse(&format!("{head}.{}", Base64UrlUnpadded::encode_string(&bytes)), tally);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }

    fn cut(&self, tally: &mut Tally) {
        for at in 0..self.text.len() {
            self.refuse(&self.text[..at], tally);
            self.refuse(&self.text[at + 1..], tally);
        }
    }

    fn edit(&self, tally: &mut Tally) {
        let mut changed = String::with_capacity(self.text.len() + 4);
        for at in 0..=self.text.len() {
            let (head, tail) = self.text.split_at(at);
            let rest = tail.get(1..);
            if let Some(rest) = rest {
                self.refuse(joined(&mut changed, &[head, rest]), tally);
            }
            for c in ('\0'..='\u{7f}').chain(BEYOND_ASCII) {
                let mut buffer = [0; 4];
                let c: &str = c.encode_utf8(&mut buffer);
                self.refuse(joined(&mut changed, &[head, c, tail]), tally);
                if let Some(rest) = rest.filter(|_| !tail.starts_with(c)) {
                    self.refuse(joined(&mut changed, &[head, c, rest]), tally);
                }
            }
        }
    }
}

/// The pieces as one text in `buffer`, which is used over and over.
fn joined<'b>(buffer: &'b mut String, pieces: &[&str]) -> &'b str {
    buffer.clear();
    pieces.iter().for_each(|piece| buffer.push_str(piece));
    buffer
}

/// A key of 1 to 140 characters, which gives bodies of every length modulo 3.
fn random_key(dice: &mut Dice) -> String {
    let len = 1 + dice.roll(140);
    (0..len).map(|_| char::from(b'!' + u8::try_from(dice.roll(94)).unwrap_or_default())).collect()
}

/// The campaign.
pub(crate) fn run(run: &Run) -> Outcome {
    let envelopes = run.size(1_000, 10_000);
    let tally: Tally = each(run, "envelope-edits", envelopes, |part, tally: &mut Tally| {
        let Some(envelope) = Envelope::new(&mut Dice::part(run.seed, part)) else {
            return tally.fail(format!("envelope {part} does not open"));
        };
        envelope.flip_text(tally);
        envelope.flip_body(tally);
        envelope.cut(tally);
        envelope.edit(tally);
    });
    let figure = format!("{} accepted of all small changes to {envelopes} envelopes", tally.failed);
    Outcome::of(tally.count, figure, tally.examples)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An opener that trims would be found out.
    #[test]
    fn r27_the_edits_are_all_there() {
        let envelope = Envelope::new(&mut Dice::new(1)).unwrap();
        let (mut tally, len) = (Tally::default(), envelope.text.len() as u64);
        envelope.edit(&mut tally);
        let characters = 128 + BEYOND_ASCII.len() as u64;
        assert_eq!(tally.count, (len + 1) * characters + len * (characters - 1) + len);
        assert_eq!(tally.failed, 0);
        let mut tally = Tally::default();
        envelope.refuse(&envelope.text, &mut tally);
        assert_eq!(tally.failed, 1);
    }
}
