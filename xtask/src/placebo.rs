//! The table of what rules flag where nothing is coupled.

use std::io::{self, Write};

use crate::run::Tested;

/// Writes what became of each rule's flags over all repositories, and the flags of the gate in each.
///
/// # Errors
/// If `out` refuses.
pub fn write(tested: &[Tested], shuffles: u32, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{shuffles} shuffled histories per repository.\n")?;
    writeln!(
        out,
        "| rule | flagged | per shuffled history | shuffled/real | recurred | recall |\n|---|---|---|---|---|---|"
    )?;
    let rules = tested.first().map(|tested| tested.outcome.rules.len()).unwrap_or(0);
    for number in 0..rules {
        let all = || tested.iter().map(|tested| &tested.outcome.rules[number]);
        let sum = |of: fn(&lockstep_linter::coupling::backtest::RuleOutcome) -> u32| all().map(of).sum::<u32>();
        let flagged = sum(|rule| rule.flagged);
        let shuffled: f64 = all().filter_map(|rule| rule.in_shuffled).sum();
        writeln!(
            out,
            "| {} | {flagged} | {shuffled:.2} | {} | {} of {} ({}) | {} |",
            all().next().map_or("", |rule| rule.rule),
            ratio(shuffled, f64::from(flagged), 4),
            sum(|rule| rule.recurred),
            sum(|rule| rule.opportunities),
            ratio(f64::from(sum(|rule| rule.recurred)), f64::from(sum(|rule| rule.opportunities)), 3),
            ratio(f64::from(sum(|rule| rule.foreseen)), f64::from(sum(|rule| rule.strong)), 3),
        )?;
    }
    writeln!(out, "\n| repository | specific | per shuffled history | shuffled/real |\n|---|---|---|---|")?;
    for tested in tested {
        let specific = tested.outcome.specific();
        let shuffled = specific.in_shuffled.unwrap_or(0.0);
        let share = match specific.flagged {
            0 => "no specific pair".to_owned(),
            flagged => ratio(shuffled, f64::from(flagged), 4),
        };
        writeln!(out, "| {} | {} | {shuffled:.2} | {share} |", tested.name, specific.flagged)?;
    }
    Ok(())
}

fn ratio(part: f64, all: f64, decimals: usize) -> String {
    if all > 0.0 { format!("{:.decimals$}", part / all) } else { "–".to_owned() }
}
