//! The graph as a picture: one SVG file that needs nothing else and follows the reader's light or dark theme.
//!
//! An arc diagram (Wattenberg, 2002): the functions stand in a column, service by service, each with its name, and an arc
//! joins two that change together. Names stay horizontal, nothing overlaps, and the same graph always looks the same.

use std::{collections::BTreeMap, fmt::Write, io};

use lockstep_model::FunctionId;
use unicode_width::UnicodeWidthStr;

use super::{
    CouplingView, GraphView, NodeView,
    drawn::{Drawn, MOST},
};
use crate::{
    escape,
    prose::{count, date},
};

/// Sizes in user units.
const ROW: f64 = 22.0;
const GAP: f64 = 14.0;
const LINE: f64 = 18.0;
const EDGE: f64 = 24.0;
const TOP: f64 = 64.0;
/// Width of a character of a name; a little wide, as fonts differ.
const LETTER: f64 = 7.2;
/// Columns of a name.
const NAME: usize = 44;
/// How far the widest arc may reach.
const REACH: f64 = 420.0;
/// The least width of the drawing: the legend has to fit.
const NARROWEST: f64 = 640.0;
/// Names of functions that are not drawn.
const NAMES: usize = 4;
/// Rounds in which services are put near those that they are coupled with.
const ROUNDS: usize = 12;

const STYLE: &str = "\
.back{fill:#fff}text{font:13px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}.small{font-size:11px;fill:#59636e}\
.head{font-size:15px;font-weight:600}.service{font-size:11px;font-weight:600;fill:#59636e;letter-spacing:.04em}\
.rail{stroke:#d1d9e0;stroke-width:1}.dot{fill:#1f2328}.arc{fill:none;stroke-linecap:round}\
.inside{stroke:#0969da}.between{stroke:#bc4c00}.figure{font-size:11px;fill:#1f2328;paint-order:stroke;stroke:#fff;\
stroke-width:4px;stroke-linejoin:round}.tip-inside{fill:#0969da}.tip-between{fill:#bc4c00}.habit{stroke-dasharray:2 5}\
@media(prefers-color-scheme:dark){.back{fill:#0d1117}text,.figure,.dot{fill:#f0f6fc}.small,.service{fill:#9198a1}\
.rail{stroke:#3d444d}.inside{stroke:#4493f8}.between{stroke:#f0883e}.tip-inside{fill:#4493f8}.tip-between{fill:#f0883e}\
.figure{stroke:#0d1117}}";

/// Writes the strongest couplings as an SVG picture, with a legend and a note of what is left out. An arc has an arrow
/// towards the function that follows, and none where two follow each other alike; it is broken where habit explains it.
///
/// # Errors
/// If `out` refuses.
pub fn write_svg(view: &GraphView, out: &mut dyn io::Write) -> io::Result<()> {
    let drawn = Drawn::of(view);
    let layout = Layout::of(view, &drawn);
    let mut svg = String::new();
    let notes = notes(view, &drawn);
    let height = layout.bottom + 82.0 + LINE * notes.len() as f64;
    let width = layout.width;
    let title = title(view);
    // Writing to a string cannot fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\" aria-labelledby=\"lockstep-title lockstep-words\">\n<title id=\"lockstep-title\">{title}</title>\n\
         <desc id=\"lockstep-words\">{}</desc>\n<style>{STYLE}</style>\n<defs>{}{}</defs>\n\
         <rect class=\"back\" width=\"{width:.0}\" height=\"{height:.0}\"/>\n\
         <text class=\"head\" x=\"{EDGE}\" y=\"30\">{title}</text>\n",
        described(&drawn),
        tip("inside"),
        tip("between"),
    );
    layout.services(&mut svg);
    layout.arcs(&drawn, &mut svg);
    layout.functions(&mut svg);
    legend(layout.bottom + 20.0, &mut svg);
    for (number, note) in notes.iter().enumerate() {
        let y = layout.bottom + 86.0 + LINE * number as f64;
        let _ = writeln!(svg, "<text class=\"small\" x=\"{EDGE}\" y=\"{y:.0}\">{}</text>", escape::xml(note));
    }
    svg.push_str("</svg>\n");
    out.write_all(svg.as_bytes())
}

fn title(view: &GraphView) -> String {
    let until = view.as_of.map_or_else(String::new, |as_of| format!(" to {}", date(as_of)));
    let changesets = count(view.changesets.kept as usize, "changeset");
    escape::xml(&format!("How {} change together, by {changesets}{until}", count(view.functions.len(), "function")))
}

/// The picture in words, for those who cannot see it.
fn described(drawn: &Drawn<'_>) -> String {
    let line = |edge: &&CouplingView| {
        let (from, to, strength) = leading(edge);
        let how = if edge.is_mutual() { "and" } else { "is followed by" };
        format!("{} {how} {}: {strength:.2}", escape::cut(from.as_str(), NAME), escape::cut(to.as_str(), NAME))
    };
    let lines: Vec<String> = drawn.edges.iter().map(line).collect();
    escape::xml(&if lines.is_empty() { "No coupling is drawn.".to_owned() } else { lines.join("; ") })
}

/// The end of an arrow.
fn tip(class: &str) -> String {
    format!(
        "<marker id=\"lockstep-{class}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerUnits=\"userSpaceOnUse\" \
         markerWidth=\"10\" markerHeight=\"10\" orient=\"auto\"><path class=\"tip-{class}\" d=\"M0 0L10 5L0 10z\"/></marker>"
    )
}

/// The function that leads, the one that follows, and how often.
fn leading(edge: &CouplingView) -> (&FunctionId, &FunctionId, f64) {
    if edge.b_to_a.strength > edge.a_to_b.strength {
        (&edge.b, &edge.a, edge.b_to_a.strength)
    } else {
        (&edge.a, &edge.b, edge.a_to_b.strength)
    }
}

/// What is not drawn, in words.
fn notes(view: &GraphView, drawn: &Drawn<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let rest = drawn.all - drawn.edges.len();
    if rest > 0 {
        let weakest = drawn.edges.last().map_or(0.0, |edge| edge.strength());
        let of = format!("{} of {} drawn, the strongest", drawn.edges.len(), count(drawn.all, "coupling"));
        notes.push(match drawn.edges.len() {
            0 => format!("{} weaker than 0.20, and not drawn", count(rest, "coupling")),
            _ => format!("{of}; {rest} left out, at most {weakest:.2} strong"),
        });
    }
    if drawn.strong > drawn.edges.len() {
        notes.push("`lockstep graph --format json` has all of them".to_owned());
    }
    if !drawn.without.is_empty() {
        let names: Vec<String> =
            drawn.without.iter().take(NAMES).map(|id| escape::cut(id.as_str(), NAME).into_owned()).collect();
        let more = drawn.without.len().saturating_sub(NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let functions = count(drawn.without.len(), "function");
        notes.push(format!("{functions} without a drawn coupling left out: {}{more}", names.join(", ")));
    }
    if view.functions.is_empty() {
        notes.push("there are no functions".to_owned());
    }
    notes
}

/// A function and where it stands.
struct Row<'a> {
    node: &'a NodeView,
    y: f64,
}

/// Where everything stands.
struct Layout<'a> {
    rows: BTreeMap<&'a FunctionId, Row<'a>>,
    /// The services with the rows of their headings and of their last functions.
    services: Vec<(&'a str, f64, f64)>,
    /// Where the dots are.
    rail: f64,
    width: f64,
    bottom: f64,
}

impl<'a> Layout<'a> {
    fn of(view: &'a GraphView, drawn: &Drawn<'a>) -> Self {
        let nodes: BTreeMap<&FunctionId, &NodeView> = view.functions.iter().map(|node| (&node.id, node)).collect();
        let mut groups: BTreeMap<&str, Vec<&NodeView>> = BTreeMap::new();
        for node in drawn.functions.iter().filter_map(|id| nodes.get(id)) {
            groups.entry(&node.service).or_default().push(node);
        }
        let mut layout = Self { rows: BTreeMap::new(), services: Vec::new(), rail: 0.0, width: NARROWEST, bottom: TOP };
        for (service, functions) in near_each_other(groups.into_iter().collect(), &drawn.edges) {
            let head = layout.bottom;
            for node in functions {
                layout.bottom += ROW;
                layout.rows.insert(&node.id, Row { node, y: layout.bottom });
            }
            layout.services.push((service, head, layout.bottom));
            layout.bottom += ROW + GAP;
        }
        let names = layout.rows.values().map(|row| name(row.node).width());
        let heads = layout.services.iter().map(|(service, ..)| escape::cut(service, NAME).width());
        layout.rail = EDGE + LETTER * names.chain(heads).max().unwrap_or(0) as f64 + 24.0;
        let reach = drawn.edges.iter().map(|edge| layout.reach(edge)).fold(0.0, f64::max);
        layout.width = NARROWEST.max(layout.rail + 0.75 * reach + 64.0 + EDGE);
        layout
    }

    fn y(&self, id: &FunctionId) -> f64 {
        self.rows.get(id).map_or(TOP, |row| row.y)
    }

    /// How far out the handles of an arc stand; the arc reaches three quarters of it.
    fn reach(&self, edge: &CouplingView) -> f64 {
        (28.0 + 0.62 * (self.y(&edge.a) - self.y(&edge.b)).abs()).min(REACH)
    }

    fn services(&self, svg: &mut String) {
        for (service, head, last) in &self.services {
            let _ = writeln!(
                svg,
                "<text class=\"service\" x=\"{x:.0}\" y=\"{head:.0}\" text-anchor=\"end\">{}</text>\
                 <path class=\"rail\" d=\"M{rail:.0} {from:.0}V{last:.0}\"/>",
                escape::xml(&escape::cut(service, NAME)),
                x = self.rail - 12.0,
                rail = self.rail,
                from = head + ROW,
            );
        }
    }

    fn functions(&self, svg: &mut String) {
        let most = self.rows.values().map(|row| row.node.changes).max().unwrap_or(0).max(1);
        for row in self.rows.values() {
            let size = 2.5 + 4.0 * (f64::from(row.node.changes) / f64::from(most)).sqrt();
            let _ = writeln!(
                svg,
                "<g><title>{full}, {changes}</title><circle class=\"dot\" cx=\"{rail:.0}\" cy=\"{y:.0}\" r=\"{size:.1}\"/>\
                 <text x=\"{x:.0}\" y=\"{baseline:.1}\" text-anchor=\"end\">{name}</text></g>",
                full = escape::xml(&escape::line(row.node.id.as_str())),
                changes = count(row.node.changes as usize, "change"),
                rail = self.rail,
                y = row.y,
                x = self.rail - 12.0,
                baseline = row.y + 4.5,
                name = escape::xml(&name(row.node)),
            );
        }
    }

    /// The arcs, the weakest first so that the strongest lie on top, then their figures.
    fn arcs(&self, drawn: &Drawn<'_>, svg: &mut String) {
        let mut figures: Vec<(f64, f64, f64)> = Vec::new();
        for edge in &drawn.edges {
            let (from, to, strength) = leading(edge);
            let x = self.rail + 0.75 * self.reach(edge) + 5.0;
            let middle = (self.y(from) + self.y(to)) / 2.0 + 4.0;
            let is_free = |y: &f64| {
                !figures.iter().any(|(other_x, other_y, _)| (x - other_x).abs() < 26.0 && (y - other_y).abs() < 11.0)
            };
            // Beside the arc, or as near to it as there is room. There are fewer figures than places.
            let places = (0..2 * MOST).map(|step| f64::from(step as u32 / 2 + step as u32 % 2) * 11.0);
            let places =
                places.enumerate().map(|(step, away)| if step % 2 == 0 { middle - away } else { middle + away });
            let y = places.into_iter().find(is_free).unwrap_or(middle);
            figures.push((x, y, strength));
        }
        for edge in drawn.edges.iter().rev() {
            self.arc(edge, svg);
        }
        for (x, y, strength) in figures {
            let _ = writeln!(svg, "<text class=\"figure\" x=\"{x:.0}\" y=\"{y:.0}\">{strength:.2}</text>");
        }
    }

    fn arc(&self, edge: &CouplingView, svg: &mut String) {
        let (from, to, strength) = leading(edge);
        let (start, end, reach) = (self.y(from), self.y(to), self.reach(edge));
        let service = |id: &FunctionId| self.rows.get(id).map(|row| &row.node.service);
        let kind = if service(from) == service(to) { "inside" } else { "between" };
        let habit = if edge.specific { "" } else { " habit" };
        let tip = if edge.is_mutual() { String::new() } else { format!(" marker-end=\"url(#lockstep-{kind})\"") };
        let _ = writeln!(
            svg,
            "<path class=\"arc {kind}{habit}\" stroke-width=\"{thick:.1}\"{tip} d=\"M{x:.0} {start:.0}C{far:.0} {start:.0} \
             {far:.0} {end:.0} {x:.0} {end:.0}\"><title>{from} and {to}: {strength:.2}, {support}</title></path>",
            thick = 1.0 + 3.5 * strength.clamp(0.0, 1.0),
            x = self.rail + 8.0,
            far = self.rail + reach,
            from = escape::xml(&escape::line(from.as_str())),
            to = escape::xml(&escape::line(to.as_str())),
            support = escape::xml(&format!("{} of both", count(edge.support as usize, "change"))),
        );
    }
}

/// The name below the heading of its service.
fn name(node: &NodeView) -> String {
    let id = node.id.as_str();
    let inside = id.strip_prefix(node.service.as_str()).and_then(|rest| rest.strip_prefix('/'));
    escape::cut(inside.unwrap_or(id), NAME).into_owned()
}

/// The services in an order in which those that are coupled are near each other: each moves half way to the mean place
/// of its partners, some rounds long. Starts with the order of names, and ties keep it.
fn near_each_other<'a>(
    mut groups: Vec<(&'a str, Vec<&'a NodeView>)>,
    edges: &[&CouplingView],
) -> Vec<(&'a str, Vec<&'a NodeView>)> {
    let service_of: BTreeMap<&FunctionId, &str> =
        groups.iter().flat_map(|(service, nodes)| nodes.iter().map(|node| (&node.id, *service))).collect();
    let between: Vec<(&str, &str, f64)> = edges
        .iter()
        .filter_map(|edge| Some((*service_of.get(&edge.a)?, *service_of.get(&edge.b)?, edge.strength())))
        .filter(|(a, b, _)| a != b)
        .collect();
    for _ in 0..ROUNDS {
        let place: BTreeMap<&str, f64> =
            groups.iter().enumerate().map(|(at, (service, _))| (*service, at as f64)).collect();
        let wanted = |service: &str| {
            let (mut sum, mut weight) = (0.0, 0.0);
            for (a, b, strength) in &between {
                let partner = if *a == service { b } else { a };
                if *a == service || *b == service {
                    sum += strength * place[partner];
                    weight += strength;
                }
            }
            // Half way: two that went all of it would change places for ever.
            if weight > 0.0 { (place[service] + sum / weight) / 2.0 } else { place[service] }
        };
        groups.sort_by(|x, y| wanted(x.0).total_cmp(&wanted(y.0)));
    }
    groups
}

fn legend(y: f64, svg: &mut String) {
    let mut x = EDGE;
    for (class, text) in
        [("inside", "inside a service"), ("between", "between services"), ("inside habit", "habit explains it")]
    {
        let _ = writeln!(
            svg,
            "<path class=\"arc {class}\" stroke-width=\"3\" d=\"M{x:.0} {y:.0}h28\"/>\
             <text class=\"small\" x=\"{:.0}\" y=\"{:.0}\">{text}</text>",
            x + 36.0,
            y + 4.0
        );
        x += 36.0 + 6.4 * text.len() as f64 + 22.0;
    }
    let lines = [
        "The figure, and how thick an arc is: how often one changes when the other does.",
        "An arrow leads to the one that follows; without one, both follow each other alike.",
    ];
    for (number, line) in lines.into_iter().enumerate() {
        let y = y + 24.0 + LINE * number as f64;
        let _ = writeln!(svg, "<text class=\"small\" x=\"{EDGE}\" y=\"{y:.0}\">{line}</text>");
    }
}
