//! The calibration plot: what was predicted against what came true, with the number of predictions in each bin. One
//! file that needs nothing else, and follows the reader's light or dark theme.

use std::{fmt::Write, io};

use crate::backtest::{BacktestView, BinView};

/// Sizes in user units.
const SIZE: f64 = 320.0;
const LEFT: f64 = 56.0;
const TOP: f64 = 40.0;
const BARS: f64 = 64.0;
const WIDTH: f64 = LEFT + SIZE + 24.0;
const HEIGHT: f64 = TOP + SIZE + 56.0 + BARS + 32.0;

const STYLE: &str = "\
.back{fill:#fff}text{font:12px system-ui,sans-serif;fill:#24292f}.small{font-size:10px}.grid{stroke:#d0d7de;stroke-width:1}\
.ideal{stroke:#8c959f;stroke-width:1.5;stroke-dasharray:5 4}.curve{fill:none;stroke:#0969da;stroke-width:2.5}\
.dot,.bar{fill:#0969da}.bar{opacity:.55}\
@media(prefers-color-scheme:dark){.back{fill:#0d1117}text{fill:#e6edf3}.grid{stroke:#30363d}.ideal{stroke:#7d8590}\
.curve{stroke:#4493f8}.dot,.bar{fill:#4493f8}}";

/// Writes the plot of this tool's predictions.
///
/// # Errors
/// If `out` refuses.
pub fn write_svg(view: &BacktestView, out: &mut dyn io::Write) -> io::Result<()> {
    let style = format!("<style>{STYLE}</style><rect class=\"back\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n");
    out.write_all(draw(view, " xmlns=\"http://www.w3.org/2000/svg\"", &style).as_bytes())
}

/// The same plot within a page, which brings the styles.
pub(crate) fn plot(view: &BacktestView) -> String {
    draw(view, " class=\"calibration\"", "")
}

fn draw(view: &BacktestView, attributes: &str, style: &str) -> String {
    let mut svg = String::new();
    let title = format!(
        "Predicted against observed: {} predictions, ECE {:.3}",
        view.model.bins.iter().map(|bin| bin.n).sum::<u64>(),
        view.model.ece
    );
    // Writing to a string cannot fail.
    let _ = writeln!(
        svg,
        "<svg{attributes} viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">\
         <title>{title}</title>{style}<text class=\"small\" x=\"{LEFT}\" y=\"20\">{title}</text>"
    );
    grid(&mut svg);
    curve(&mut svg, &view.model.bins);
    bars(&mut svg, &view.model.bins);
    svg.push_str("</svg>\n");
    svg
}

fn x(share: f64) -> f64 {
    LEFT + share * SIZE
}

fn y(share: f64) -> f64 {
    TOP + (1.0 - share) * SIZE
}

fn grid(svg: &mut String) {
    for tick in 0..=5 {
        let share = f64::from(tick) / 5.0;
        let (at_x, at_y, percent) = (x(share), y(share), tick * 20);
        let _ = writeln!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {at_y}H{right}M{at_x} {TOP}V{bottom}\"/>\
             <text class=\"small\" x=\"{label}\" y=\"{baseline}\" text-anchor=\"end\">{percent} %</text>\
             <text class=\"small\" x=\"{at_x}\" y=\"{below}\" text-anchor=\"middle\">{percent} %</text>",
            right = x(1.0),
            bottom = y(0.0),
            label = LEFT - 6.0,
            baseline = at_y + 3.5,
            below = y(0.0) + 14.0,
        );
    }
    let _ = writeln!(
        svg,
        "<path class=\"ideal\" d=\"M{} {}L{} {}\"/>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">predicted</text>\
         <text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">came true</text>",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0),
        x(0.5),
        y(0.0) + 32.0,
        y(0.5),
    );
}

fn curve(svg: &mut String, bins: &[BinView]) {
    let points: Vec<(f64, f64, u64)> = bins
        .iter()
        .filter_map(|bin| Some((bin.predicted?, bin.observed?, bin.n)))
        .map(|(predicted, observed, n)| (x(predicted), y(observed), n))
        .collect();
    let line: Vec<String> = points.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
    let _ = writeln!(svg, "<polyline class=\"curve\" points=\"{}\"/>", line.join(" "));
    for (x, y, n) in points {
        let _ = writeln!(svg, "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"><title>{n}</title></circle>");
    }
}

/// How many predictions each bin holds, on a scale of square roots: the first holds nearly all.
fn bars(svg: &mut String, bins: &[BinView]) {
    let most = bins.iter().map(|bin| bin.n).max().unwrap_or(0).max(1) as f64;
    let base = TOP + SIZE + 56.0 + BARS;
    let width = SIZE / bins.len().max(1) as f64;
    for (number, bin) in bins.iter().enumerate() {
        let height = (bin.n as f64 / most).sqrt() * BARS;
        let left = LEFT + number as f64 * width;
        let _ = writeln!(
            svg,
            "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>\
             <text class=\"small\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            left + 2.0,
            base - height,
            width - 4.0,
            left + width / 2.0,
            base + 12.0,
            bin.n,
        );
    }
    let _ = writeln!(
        svg,
        "<text class=\"small\" x=\"{LEFT}\" y=\"{:.1}\">predictions in each tenth, bars by their square roots</text>",
        base + 26.0
    );
}
