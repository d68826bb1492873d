//! One resolved value: what won, which level it came from, what it hid. It knows no setting by name.

use serde::Serialize;

/// The level a value came from, lowest rank first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Layer {
    /// No level set it; the product's default.
    Default,
    /// The model's base settings.
    Model,
    /// The model's entry for the environment.
    ModelEnv,
    /// The agent.
    Agent,
    /// The agent's entry for the environment.
    Environment,
    /// The call.
    Runtime,
}

impl Layer {
    /// The level as callers read it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Layer::Default => "default",
            Layer::Model => "model",
            Layer::ModelEnv => "modelEnv",
            Layer::Agent => "agent",
            Layer::Environment => "environment",
            Layer::Runtime => "runtime",
        }
    }
}

/// A value that a higher level hid.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shadowed<T> {
    /// Where it was set.
    pub source: Layer,
    /// What it was; `null` where the level said "do not send".
    pub value: Option<T>,
}

/// What the provider's rules did to a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adjustment<T> {
    /// The value that is sent; `null` where nothing is.
    pub sent: Option<T>,
    /// Why, in a sentence.
    pub reason: String,
}

/// One resolved setting: its value, the level it came from, and what it hid.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field<T> {
    /// The winning value; `None` where nothing is to be sent.
    pub value: Option<T>,
    /// The level that won.
    pub source: Layer,
    /// Values that lower levels set, highest first. The default is what holds where no level says anything, so it is
    /// never among them.
    pub shadowed: Vec<Shadowed<T>>,
    /// What the provider's rules changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<Adjustment<T>>,
}

impl<T> Field<T> {
    /// The first of what the levels `said`, highest first; `default` where none said anything.
    pub(super) fn highest(said: impl IntoIterator<Item = Shadowed<T>>, default: Option<T>) -> Self {
        let mut said = said.into_iter();
        match said.next() {
            Some(won) => {
                Self { value: won.value, source: won.source, shadowed: said.collect(), adjusted: None }
            }
            None => Self { value: default, source: Layer::Default, shadowed: Vec::new(), adjusted: None },
        }
    }

    /// The value to send: the adjusted one where the provider's rules changed it.
    #[must_use]
    pub fn sent(&self) -> Option<&T> {
        match &self.adjusted {
            Some(adjustment) => adjustment.sent.as_ref(),
            None => self.value.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: Layer, value: Option<u8>) -> Shadowed<u8> {
        Shadowed { source, value }
    }

    #[test]
    fn r46_the_first_wins_and_the_rest_is_shadowed_in_order() {
        let levels = [said(Layer::Runtime, None), said(Layer::Agent, Some(2)), said(Layer::Model, Some(1))];
        let field = Field::highest(levels.clone(), Some(9));
        assert_eq!((field.value, field.source), (None, Layer::Runtime));
        assert_eq!(field.shadowed, levels[1..]);
    }

    #[test]
    fn r09_without_a_level_the_default_holds() {
        let field = Field::highest([], Some(9));
        assert_eq!((field.value, field.source, field.shadowed.len()), (Some(9), Layer::Default, 0));
    }

    #[test]
    fn a_level_reads_the_same_everywhere() {
        for layer in
            [Layer::Default, Layer::Model, Layer::ModelEnv, Layer::Agent, Layer::Environment, Layer::Runtime]
        {
            assert_eq!(serde_json::to_value(layer).unwrap(), layer.as_str());
        }
    }

    #[test]
    fn what_is_sent_is_the_adjusted_value() {
        let mut field = Field::highest([said(Layer::Model, Some(7))], None);
        assert_eq!(field.sent(), Some(&7));
        field.adjusted = Some(Adjustment { sent: None, reason: String::new() });
        assert_eq!(field.sent(), None);
    }
}
