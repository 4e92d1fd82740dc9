//! The coupling matrix: functions in the order of the services that the history suggests, a cell for each pair that
//! changes together. Squares along the diagonal are services; what is dark outside of them is what speaks against them.

use std::fmt::Write;

use super::{markup::Markup, model::Model};
use crate::escape;

/// Functions of a matrix: more cells cannot be told apart.
const MOST: usize = 150;
/// Characters of a name beside a row.
const NAME: usize = 34;
/// Weaker couplings have no cell.
const WEAKEST: f64 = 0.05;
/// Cells with a text of their own: more would make the page large.
const TOLD: usize = 1_200;

/// A matrix.
pub(super) struct Matrix {
    pub(super) picture: Markup,
    pub(super) functions: usize,
    pub(super) left_out: usize,
    pub(super) cells: usize,
}

/// The matrix; none if no functions are coupled.
pub(super) fn matrix(model: &Model<'_>) -> Option<Matrix> {
    let mut weight = vec![0.0; model.names.len()];
    for edge in &model.edges {
        weight[edge.a] += edge.of.strength();
        weight[edge.b] += edge.of.strength();
    }
    let mut coupled: Vec<usize> = (0..weight.len()).filter(|number| weight[*number] > 0.0).collect();
    if coupled.is_empty() {
        return None;
    }
    let left_out = coupled.len().saturating_sub(MOST);
    coupled.sort_by(|x, y| weight[*y].total_cmp(&weight[*x]).then(x.cmp(y)));
    coupled.truncate(MOST);
    let service = |number: &usize| &model.view.functions[*number].service;
    coupled.sort_by_key(|number| (model.inferred[*number].unwrap_or(usize::MAX), service(number), *number));
    let (picture, cells) = draw(model, &coupled);
    Some(Matrix { picture: Markup(picture), functions: coupled.len(), left_out, cells })
}

fn draw(model: &Model<'_>, order: &[usize]) -> (String, usize) {
    let cell = match order.len() {
        0..=24 => 24.0,
        25..=60 => 17.0,
        _ => 11.0,
    };
    let longest = order.iter().map(|number| model.names[*number].chars().count()).max().unwrap_or(0).min(NAME);
    let (left, top) = (longest as f64 * 6.2 + 38.0, 26.0);
    let side = order.len() as f64 * cell;
    let (width, height) = (left + side + 2.0, top + side + 2.0);
    let mut svg = format!(
        "<svg class=\"matrix\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"matrix-title\"><rect class=\"ground\" x=\"{left}\" y=\"{top}\" width=\"{side}\" height=\"{side}\"/>"
    );
    for (row, number) in order.iter().enumerate() {
        let name = escape::html(&crate::prose::tail(&model.names[*number], NAME));
        let y = top + (row as f64 + 0.5) * cell + 3.5;
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{name}</text><text class=\"n\" x=\"{:.1}\" y=\"{y:.1}\" \
             text-anchor=\"end\">{}</text>",
            left - 28.0,
            left - 6.0,
            row + 1
        );
        if cell > 12.0 || (row + 1) % 5 == 0 || row == 0 {
            let x = left + (row as f64 + 0.5) * cell;
            let _ = write!(
                svg,
                "<text class=\"n\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                top - 6.0,
                row + 1
            );
        }
        let at = row as f64 * cell;
        let _ = write!(
            svg,
            "<rect class=\"self\" x=\"{:.1}\" y=\"{:.1}\" width=\"{cell}\" height=\"{cell}\"/>",
            left + at,
            top + at
        );
    }
    let cells = cells(model, order, (left, top, cell), &mut svg);
    frames(model, order, (left, top, cell), &mut svg);
    svg.push_str("</svg>");
    (svg, cells)
}

/// One cell for each direction of each coupling: row A, column B says how often B changes when A does.
fn cells(model: &Model<'_>, order: &[usize], (left, top, cell): (f64, f64, f64), svg: &mut String) -> usize {
    let mut row_of = vec![None; model.names.len()];
    order.iter().enumerate().for_each(|(row, number)| row_of[*number] = Some(row));
    let mut drawn = 0;
    for edge in &model.edges {
        let (Some(a), Some(b)) = (row_of[edge.a], row_of[edge.b]) else { continue };
        let directions = [(a, b, edge.of.a_to_b, edge.a, edge.b), (b, a, edge.of.b_to_a, edge.b, edge.a)];
        for (row, column, direction, from, to) in directions {
            if direction.strength < WEAKEST {
                continue;
            }
            let _ = write!(
                svg,
                "<rect class=\"s{}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"",
                shade(direction.strength),
                left + column as f64 * cell + 0.5,
                top + row as f64 * cell + 0.5,
                cell - 1.0,
                cell - 1.0
            );
            drawn += 1;
            if drawn > TOLD {
                svg.push_str("/>");
                continue;
            }
            let (from, to) = (escape::html(&model.names[from]), escape::html(&model.names[to]));
            let _ = write!(
                svg,
                "><title>when {from} changes, {to} does in {:.2} (at least {:.2})</title></rect>",
                direction.strength, direction.lower
            );
        }
    }
    drawn
}

/// Squares around the inferred services.
fn frames(model: &Model<'_>, order: &[usize], (left, top, cell): (f64, f64, f64), svg: &mut String) {
    let mut from = 0;
    while from < order.len() {
        let group = model.inferred[order[from]];
        let to = (from..order.len()).find(|at| model.inferred[order[*at]] != group).unwrap_or(order.len());
        if group.is_some() && to - from > 1 {
            let (at, side) = (from as f64 * cell, (to - from) as f64 * cell);
            let _ = write!(
                svg,
                "<rect class=\"frame\" x=\"{:.1}\" y=\"{:.1}\" width=\"{side:.1}\" height=\"{side:.1}\"/>",
                left + at,
                top + at
            );
        }
        from = to;
    }
}

/// Five shades of strength.
fn shade(strength: f64) -> u8 {
    match strength {
        s if s >= 0.6 => 5,
        s if s >= 0.45 => 4,
        s if s >= 0.3 => 3,
        s if s >= 0.15 => 2,
        _ => 1,
    }
}
