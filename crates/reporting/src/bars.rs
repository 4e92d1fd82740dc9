//! Shares drawn with characters: bars and sparklines, in block elements or in ASCII.

/// Steps of a sparkline.
const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A share of 0 to 1 as a bar of `columns` columns: `█████·····`, in ASCII `#####.....`.
pub(crate) fn bar(share: f64, columns: usize, ascii: bool) -> String {
    let full = ((share.clamp(0.0, 1.0) * columns as f64).round() as usize).min(columns);
    let (mark, blank) = if ascii { ("#", ".") } else { ("█", "·") };
    format!("{}{}", mark.repeat(full), blank.repeat(columns - full))
}

/// Shares of 0 to 1 in their order, one column each, as steps of height, in ASCII as tenths (`9` is 0.9 and above); a dot
/// where there is none.
pub(crate) fn sparkline(shares: impl IntoIterator<Item = Option<f64>>, ascii: bool) -> String {
    let step = |share: f64| {
        let share = share.clamp(0.0, 1.0);
        match ascii {
            true => char::from(b'0' + ((share * 10.0) as u8).min(9)),
            false => STEPS[((share * STEPS.len() as f64) as usize).min(STEPS.len() - 1)],
        }
    };
    shares.into_iter().map(|share| share.map_or(if ascii { '.' } else { '·' }, step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_drawn_as_high_as_they_are() {
        assert_eq!(bar(0.456, 10, false), "█████·····");
        assert_eq!(
            (bar(1.5, 4, true), bar(0.0, 4, true), bar(f64::NAN, 2, true)),
            ("####".into(), "....".into(), "..".into())
        );
        let shares = [Some(0.0), Some(0.5), None, Some(1.0), Some(2.0)];
        assert_eq!(sparkline(shares, false), "▁▅·██");
        assert_eq!(sparkline(shares, true), "05.99");
    }
}
