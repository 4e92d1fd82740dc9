//! The table of functions found against functions counted.

use std::io::{self, Write};

use crate::found::Compared;

/// Writes the table and its total, then every function that was missed, invented, or has another entry.
///
/// # Errors
/// If `out` refuses.
pub fn write(compared: &[Compared<'_>], out: &mut dyn Write) -> io::Result<()> {
    table(compared, out)?;
    list("Missed", compared, out, |one| {
        let row = |[path, name, remark]: &[String; 3]| format!("`{name}` in `{path}`{}", said(remark));
        one.missed.iter().map(row).collect()
    })?;
    list("False", compared, out, |one| one.invented.iter().map(|[path, id]| format!("`{id}` in `{path}`")).collect())?;
    list("Entries that are missing, or others than counted", compared, out, |one| {
        let row = |[id, counted, says]: &[String; 3]| format!("`{id}`: counted `{counted}`, printed: {says}");
        one.wrong.iter().map(row).collect()
    })
}

fn said(remark: &str) -> String {
    if remark.is_empty() { String::new() } else { format!(": {remark}") }
}

fn table(compared: &[Compared<'_>], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| repository | platforms | counted | found | missed | false | code here | resolved | right |")?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
    let mut total = [0; 7];
    for one in compared {
        let counts = counts(one);
        total.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        writeln!(out, "| {} | {} | {} |", one.truth.repository, one.platforms.join(", "), cells(counts))?;
    }
    writeln!(out, "| **all {}** | | {} |", compared.len(), cells(total))?;
    let [counted, found, _, invented, code, resolved, right] = total;
    writeln!(
        out,
        "\nFound {}, false {} of what was found, resolved {} and rightly {} of those whose code is in the repository.",
        percent(found, counted),
        percent(invented, found + invented),
        percent(resolved, code),
        percent(right, code),
    )
}

fn counts(one: &Compared<'_>) -> [usize; 7] {
    let counted = one.truth.functions.len();
    [counted, one.found, one.missed.len(), one.invented.len(), one.with_code, one.resolved, one.right]
}

fn cells(counts: [usize; 7]) -> String {
    counts.map(|count| count.to_string()).join(" | ")
}

fn percent(part: usize, of: usize) -> String {
    if of == 0 { "–".to_owned() } else { format!("{:.1} %", 100.0 * part as f64 / of as f64) }
}

fn list(
    title: &str,
    compared: &[Compared<'_>],
    out: &mut dyn Write,
    rows: impl Fn(&Compared<'_>) -> Vec<String>,
) -> io::Result<()> {
    let lists: Vec<(&str, Vec<String>)> =
        compared.iter().map(|one| (one.truth.repository.as_str(), rows(one))).collect();
    if lists.iter().all(|(_, rows)| rows.is_empty()) {
        return Ok(());
    }
    writeln!(out, "\n## {title}\n")?;
    for (repository, rows) in lists.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        writeln!(out, "- {repository}")?;
        for row in rows {
            writeln!(out, "  - {row}")?;
        }
    }
    Ok(())
}
