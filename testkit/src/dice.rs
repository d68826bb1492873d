//! Numbers that look random and are the same on every machine.

/// A small generator (SplitMix64). The same seed gives the same numbers everywhere.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Starts at `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// An independent generator for part `number` of the work, so that parts may run in any order on any thread.
    #[must_use]
    pub fn part(seed: u64, number: u64) -> Self {
        Self(Self(seed ^ number.wrapping_mul(0xD6E8_FEB8_6659_FD93)).number())
    }

    /// The next 64 bits.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `below`; 0 where that is 0. The bias is far below anything that a test could see.
    pub fn roll(&mut self, below: usize) -> usize {
        let wide = u128::from(self.number()) * below as u128;
        (wide >> 64) as usize
    }

    /// One of `items`, which must not be empty.
    ///
    /// # Panics
    /// On an empty slice.
    pub fn pick<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.roll(items.len())]
    }

    /// Whether something with a chance of `times` in `of` happens.
    pub fn chance(&mut self, times: usize, of: usize) -> bool {
        self.roll(of) < times
    }

    /// Fills `bytes`.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let value = self.number().to_le_bytes();
            chunk.copy_from_slice(&value[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_parts_differ() {
        let numbers = |mut dice: Dice| (0..4).map(|_| dice.number()).collect::<Vec<_>>();
        assert_eq!(numbers(Dice::new(0))[0], 0xE220_A839_7B1D_CDAF);
        assert_eq!(numbers(Dice::part(1, 2)), numbers(Dice::part(1, 2)));
        assert_ne!(numbers(Dice::part(1, 2)), numbers(Dice::part(1, 3)));
    }

    #[test]
    fn a_roll_reaches_every_face_and_no_other() {
        let mut dice = Dice::new(1);
        let mut seen = [0; 6];
        (0..600).for_each(|_| seen[dice.roll(6)] += 1);
        assert!(seen.iter().all(|count| *count > 60), "{seen:?}");
        assert_eq!(dice.roll(0), 0);
    }
}
