//! Columns of text: as wide as their widest cell, the last one free, numbers to the right.

use unicode_width::UnicodeWidthStr;

use crate::{escape, style};

/// A table with a heading.
pub(crate) struct Table {
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns; a heading that starts with `>` is of a column of numbers.
    pub(crate) fn new(headings: &[&str]) -> Self {
        Self {
            right: headings.iter().map(|heading| heading.starts_with('>')).collect(),
            rows: vec![headings.iter().map(|heading| heading.trim_start_matches('>').to_owned()).collect()],
        }
    }

    /// Adds a row; cells are made harmless here.
    pub(crate) fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(|cell| escape::line(cell.as_ref()).into_owned()).collect());
    }

    /// The table as lines.
    pub(crate) fn render(&self, color: bool) -> String {
        let columns = self.right.len();
        let width_of = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width_of).collect();
        let mut out = String::new();
        for (number, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let padding = " ".repeat(widths.get(column).copied().unwrap_or(0).saturating_sub(cell.width()));
                let (before, after) = if self.right[column] { (padding.as_str(), "") } else { ("", padding.as_str()) };
                line += &format!("{before}{cell}{after}  ");
            }
            let line = line.trim_end();
            out += &if number == 0 { style::paint(color, style::BOLD, line) } else { line.to_owned() };
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_and_numbers_line_up() {
        let mut table = Table::new(&["name", ">changes", "file"]);
        table.row(["東京", "7", "a"]);
        table.row(["orders", "1234567890", "b\nc"]);
        assert_eq!(table.render(false), "name       changes  file\n東京             7  a\norders  1234567890  b\\nc\n");
    }
}
