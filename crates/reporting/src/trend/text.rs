//! The development in words: a line per period with small bars, the pairs that began and ceased, and a sparkline per
//! service.

use std::io;

use super::{AloneView, Direction, HalvesView, PairView, ServiceTrendView, ShareView, TrendView};
use crate::{
    Options,
    bars::{bar, sparkline},
    escape,
    functions::write_safely,
    prose::{count, date, wrap},
    style,
    table::Table,
};

/// Columns of a bar.
const BAR: usize = 8;
/// Periods that are shown; `-v` shows all.
const PERIODS: usize = 16;
/// Services that are shown; `-v` shows all.
const SERVICES: usize = 20;
/// Pairs that are named of those that began, and of those that ceased; `-v` names all.
const PAIRS: usize = 5;

/// Writes the development for people.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(view: &TrendView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = wrap(&head(view), options.width, 2) + "\n";
    if view.periods.is_empty() {
        return write_safely(text, options, out);
    }
    text += &format!("\n{}", periods(view, options));
    text += &format!("\n{}\n", wrap(&legend(view), options.width, 2));
    if let Some(halves) = &view.halves {
        let words = halves_in_words(halves, view.services.len() > 1, options);
        text += &format!("\n{}\n", wrap(&words, options.width, 2));
    }
    text += &turns(view, options);
    if view.services.len() > 1 {
        text += &format!("\n{}", services(view, options));
    }
    write_safely(text, options, out)
}

fn head(view: &TrendView) -> String {
    let functions = count(view.functions, if view.gone { "unit" } else { "function" });
    let of = if view.gone { "of today and of the past" } else { "of today" };
    let services = count(view.services.len(), "service");
    let until = view.as_of.map_or_else(String::new, |as_of| format!(" to {}", date(as_of)));
    let changesets = count(view.changesets.kept as usize, "changeset");
    let mut line = format!("{functions} {of} in {services}, {changesets} that count{until}, by {}", view.step.as_str());
    if view.periods.is_empty() {
        line += ": nothing has changed a function yet";
    }
    if view.earlier > 0 {
        line += &format!("; {} before the first period are not shown", count(view.earlier as usize, "changeset"));
    }
    line
}

fn periods(view: &TrendView, options: &Options) -> String {
    let with_services = view.services.len() > 1;
    let mut headings = vec!["period", ">changesets", "one function"];
    if with_services {
        headings.push("one service");
    }
    headings.extend([">known", ">coupled"]);
    if with_services {
        headings.push(">between");
    }
    headings.extend(["strength", ">began", ">ceased"]);
    let mut table = Table::new(&headings);
    let hidden = if options.verbose { 0 } else { view.periods.len().saturating_sub(PERIODS) };
    let last = view.periods.len() - 1;
    for (number, period) in view.periods.iter().enumerate().skip(hidden) {
        // What is still going on may change.
        let open = if number == last { "*" } else { "" };
        let mut row = vec![
            format!("{}{open}", period.name),
            period.alone.changesets.to_string(),
            share(period.alone.changesets, period.alone.of_functions, options.ascii),
        ];
        if with_services {
            row.push(share(period.alone.changesets, period.alone.of_services, options.ascii));
        }
        match &period.end {
            Some(end) => {
                row.extend([end.known.to_string(), end.pairs.len().to_string()]);
                if with_services {
                    row.push(end.between().to_string());
                }
                row.push(end.strength().map_or_else(String::new, |strength| drawn(strength, options.ascii)));
                let some = |pairs: &[PairView]| if pairs.is_empty() { String::new() } else { pairs.len().to_string() };
                row.extend([some(&end.began), some(&end.ceased)]);
            }
            None => {
                row.extend(["-".to_owned(), "unknown".to_owned()]);
                row.extend(vec![String::new(); if with_services { 4 } else { 3 }]);
            }
        }
        table.row(row);
    }
    let more = if hidden > 0 { format!("{} before (-v shows all)\n", count(hidden, "period")) } else { String::new() };
    more + &table.render(options.color)
}

/// A bar and the figure.
fn drawn(share: f64, ascii: bool) -> String {
    format!("{} {share:.2}", bar(share, BAR, ascii))
}

/// The same of a share, which may be of too few changesets.
fn share(changesets: u32, share: Option<ShareView>, ascii: bool) -> String {
    match share {
        Some(share) => drawn(share.value, ascii),
        None if changesets == 0 => "-".to_owned(),
        None => "too few".to_owned(),
    }
}

fn legend(view: &TrendView) -> String {
    let counted = view.counted;
    format!(
        "changesets edit a function's own code; one function: the share that edits exactly one, told from {} on. Coupled, \
         with what was known at the end of the period: pairs of which each surely changes in {:.0} % of the other's changes \
         ({} or more of both), as `lockstep graph --as-of` recomputes. * not over, or just over.",
        count(view.fewest as usize, "changeset"),
        counted.lower * 100.0,
        count(counted.min_support as usize, "change"),
    )
}

/// "up to 2023-06-30: 41 of 120 changesets (0.34) edit one function; after: 88 of 130 (0.68): it rose".
fn halves_in_words(halves: &HalvesView, with_services: bool, options: &Options) -> String {
    let (before, after) = (&halves.before, &halves.after);
    let at = date(halves.at);
    let head = if halves.asked { format!("up to {at}") } else { format!("first half of the changesets (to {at})") };
    let tail = if halves.asked { "after" } else { "second half" };
    let line = |what: &str, of: fn(&AloneView) -> (u32, Option<ShareView>)| {
        let part = |alone: &AloneView| {
            let (single, share) = of(alone);
            let figure = share.map_or_else(|| "too few".to_owned(), |share| format!("{:.2}", share.value));
            format!("{single} of {} ({figure})", alone.changesets)
        };
        let direction = Direction::of(of(before).1, of(after).1);
        format!("{what}: {head} {}, {tail} {}: {}", part(before), part(after), direction_in_words(direction, options))
    };
    let functions = line("one function", |alone| (alone.one_function, alone.of_functions));
    if !with_services {
        return functions;
    }
    let services = line("one service", |alone| (alone.one_service, alone.of_services));
    format!("{functions}\n{services}")
}

fn direction_in_words(direction: Option<Direction>, options: &Options) -> String {
    match direction {
        Some(Direction::Rose) => style::paint(options.color, style::GOOD, "it rose"),
        Some(Direction::Fell) => style::paint(options.color, style::ERROR, "it fell"),
        Some(Direction::Uncertain) => "no more than chance".to_owned(),
        None => "too little to tell".to_owned(),
    }
}

/// The pairs that began and those that ceased, newest first.
fn turns(view: &TrendView, options: &Options) -> String {
    let mut text = String::new();
    let of = |ceased: bool| {
        view.periods.iter().rev().filter_map(|period| Some((period, period.end.as_ref()?))).flat_map(
            move |(period, end)| {
                let pairs = if ceased { &end.ceased } else { &end.began };
                pairs.iter().map(move |pair| (period.name.as_str(), pair))
            },
        )
    };
    for (ceased, word, shade) in [(false, "began", style::WARNING), (true, "ceased", style::GOOD)] {
        let all: Vec<_> = of(ceased).collect();
        if all.is_empty() {
            continue;
        }
        let shown = if options.verbose { all.len() } else { all.len().min(PAIRS) };
        let head = style::paint(options.color, shade, word);
        text += &format!("\n{head} to move together, newest first:\n");
        for (period, pair) in &all[..shown] {
            text += &wrap(&format!("  {period}  {}\n", pair_in_words(pair)), options.width, 6);
        }
        if all.len() > shown {
            text += &format!("  and {} more (-v shows all)\n", all.len() - shown);
        }
    }
    text
}

fn pair_in_words(pair: &PairView) -> String {
    format!(
        "`{}` and `{}`{}: strength {:.2} (at least {:.2}), {} of both",
        escape::line(pair.a.as_str()),
        escape::line(pair.b.as_str()),
        if pair.between_services { ", of different services" } else { "" },
        pair.strength,
        pair.lower,
        count(pair.support as usize, "edit")
    )
}

/// A line per service, those that changed most often first.
fn services(view: &TrendView, options: &Options) -> String {
    let mut sorted: Vec<&ServiceTrendView> =
        view.services.iter().filter(|service| service.alone.changesets > 0).collect();
    sorted.sort_by(|x, y| (y.alone.changesets.cmp(&x.alone.changesets)).then_with(|| x.name.cmp(&y.name)));
    let hidden = if options.verbose { 0 } else { view.periods.len().saturating_sub(PERIODS) };
    let (first, last) = (&view.periods[hidden].name, &view.periods[view.periods.len() - 1].name);
    let across = format!("{first} to {last}");
    let mut table =
        Table::new(&["service", ">functions", ">changesets", "no other service", &across, ">coupled", ">outward"]);
    let shown = if options.verbose { sorted.len() } else { sorted.len().min(SERVICES) };
    for service in &sorted[..shown] {
        let shares = service.periods.iter().skip(hidden).map(|period| Some(period.alone.of_services?.value));
        let end = service.periods.last().and_then(|period| period.end);
        let number = |of: fn(super::ServiceEndView) -> u32| end.map_or("unknown".to_owned(), |end| of(end).to_string());
        table.row([
            service.name.clone(),
            service.functions.to_string(),
            service.alone.changesets.to_string(),
            share(service.alone.changesets, service.alone.of_services, options.ascii),
            sparkline(shares, options.ascii),
            number(|end| end.inside),
            number(|end| end.outward),
        ]);
    }
    let mut text = table.render(options.color);
    let unchanged = view.services.len() - sorted.len();
    if sorted.len() > shown {
        text += &format!("and {} (-v shows all)\n", count(sorted.len() - shown, "more service"));
    }
    if unchanged > 0 {
        text += &format!("{} never changed\n", count(unchanged, "service"));
    }
    text
}
