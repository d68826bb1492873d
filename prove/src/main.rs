//! `npm run prove`: campaigns too long for the tests, each with the figure that it has to reach. One line for each; the
//! command fails where a figure is missed. The same seed does the same work on every machine.

mod campaign;
mod contexts;
mod entropy;
mod envelopes;
mod faults;
mod fuzz;
mod interleavings;
mod mutate;
mod operations;
mod os_random;
mod parallel;
mod records;
mod rekey;
mod report;
mod salts;
mod scene;
mod state;
mod vectors;

use std::process::ExitCode;

use campaign::CAMPAIGNS;
use campaign::Campaign;
use campaign::Run;

const HELP: &str = "npm run prove [-- [--long] [--seed N] [--only NAME]... [--list] [--input FILE]...]";

const DEFAULT_SEED: u64 = 1;

/// What the command line asks for.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    is_long: bool,
    lists: bool,
    seed: Option<u64>,
    only: Vec<String>,
    /// Files that the fuzz campaign kept.
    inputs: Vec<String>,
}

fn main() -> ExitCode {
    let chosen = read(std::env::args().skip(1)).and_then(|asked| Ok((choose(&asked.only)?, asked)));
    match chosen {
        Ok((campaigns, asked)) if asked.lists => {
            campaigns.iter().for_each(|campaign| report::line(campaign.name));
            ExitCode::SUCCESS
        }
        Ok((_, asked)) if !asked.inputs.is_empty() => report::replays(&asked.inputs),
        Ok((campaigns, asked)) => {
            let run = Run::new(asked.seed.unwrap_or(DEFAULT_SEED), asked.is_long);
            report::all(&run, &campaigns)
        }
        Err(message) => {
            report::note(&format!("{message}\n{HELP}"));
            ExitCode::from(2)
        }
    }
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--long" => asked.is_long = true,
            "--list" => asked.lists = true,
            "--seed" => {
                let number = arguments.next().and_then(|number| number.parse().ok());
                asked.seed = Some(number.ok_or("--seed takes a number from 0 to 2^64-1")?);
            }
            "--only" => asked.only.push(arguments.next().ok_or("--only takes a campaign's name")?),
            "--input" => asked.inputs.push(arguments.next().ok_or("--input takes a file")?),
            other => return Err(format!("no such option: {other}")),
        }
    }
    Ok(asked)
}

fn choose(only: &[String]) -> Result<Vec<&'static Campaign>, String> {
    let names = || CAMPAIGNS.iter().map(|campaign| campaign.name).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = only.iter().find(|name| CAMPAIGNS.iter().all(|one| one.name != **name)) {
        return Err(format!("no campaign is named {unknown}; there are {}", names()));
    }
    let is_chosen = |campaign: &&Campaign| only.is_empty() || only.iter().any(|name| name == campaign.name);
    Ok(CAMPAIGNS.iter().filter(is_chosen).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Result<Asked, String> {
        read(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn the_command_line_is_read_strictly() {
        assert_eq!(of(&[]), Ok(Asked::default()));
        let asked = of(&["--seed", "7", "--long", "--only", "fuzz"]).unwrap();
        assert_eq!((asked.seed, asked.is_long, asked.only), (Some(7), true, vec!["fuzz".to_owned()]));
        for wrong in [&["--seed"][..], &["--seed", "x"], &["fuzz"], &["--only"]] {
            assert!(of(wrong).is_err(), "{wrong:?}");
        }
        assert!(choose(&["nothing".to_owned()]).is_err());
        assert_eq!(choose(&[]).unwrap().len(), CAMPAIGNS.len());
    }
}
