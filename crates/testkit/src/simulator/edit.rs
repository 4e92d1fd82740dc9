//! Edits of a [`Source`]: those that change what it does, and those that do not.

use fastrand::Rng;

use super::source::{Definition, Source, Statement, Style};

const LABELS: &[&str] = &["paid", "open", "late", "gift", "split", "draft", "final", "held", "void", "rush", "bulk"];
const COMMENTS: &[&str] = &[
    "Cents, never fractions",
    "See the handbook",
    "Kept for old clients",
    "The order of steps matters",
    "Both callers rely on this",
    "Measured in production",
    "Agreed with the tax office",
];

/// A definition of a few statements.
pub(crate) fn invent(name: &str, handler: bool, calls: &[String], rng: &mut Rng) -> Definition {
    let mut statements: Vec<Statement> = calls.iter().cloned().map(Statement::Call).collect();
    for _ in 0..rng.usize(3..6) {
        statements.push(statement(handler, rng));
    }
    let comment = rng.bool().then(|| comment(rng));
    Definition { name: name.to_owned(), comment, handler, statements }
}

fn comment(rng: &mut Rng) -> String {
    format!("{} (note {})", COMMENTS[rng.usize(..COMMENTS.len())], rng.u32(1..10_000))
}

fn statement(handler: bool, rng: &mut Rng) -> Statement {
    match rng.usize(..if handler { 4 } else { 3 }) {
        0 => Statement::Add(rng.u32(1..100_000)),
        1 => Statement::Times(rng.u32(2..1_000)),
        2 => Statement::Cap { above: rng.u32(10..10_000), to: rng.u32(1..10_000) },
        _ => Statement::Label(format!("{}-{}", LABELS[rng.usize(..LABELS.len())], rng.u32(1..1_000))),
    }
}

/// Changes what a definition does, in one to three places. One of `longest` statements grows no more.
pub(crate) fn behaviour(definition: &mut Definition, longest: usize, rng: &mut Rng) {
    let before = definition.statements.clone();
    // Edits in several places may undo each other.
    while definition.statements == before {
        for _ in 0..rng.usize(1..4) {
            one(definition, longest, rng);
        }
    }
}

fn one(definition: &mut Definition, longest: usize, rng: &mut Rng) {
    let handler = definition.handler;
    let statements = &mut definition.statements;
    // What joins a file to others stays, so that the truth of who reaches what stays.
    let is_free = |statement: &Statement| !matches!(statement, Statement::Call(_) | Statement::Show(_));
    let free: Vec<usize> = (0..statements.len()).filter(|at| is_free(&statements[*at])).collect();
    match (rng.usize(..4), &free[..]) {
        (0, _) | (_, []) if free.len() < longest.max(1) => {
            statements.insert(rng.usize(..=statements.len()), statement(handler, rng));
        }
        (1, [_, _, _, ..]) => {
            statements.remove(free[rng.usize(..free.len())]);
        }
        _ => statements[free[rng.usize(..free.len())]] = statement(handler, rng),
    }
}

/// Says something else about a definition, or something at all.
pub(crate) fn comments(definition: &mut Definition, rng: &mut Rng) {
    let before = definition.comment.clone();
    while definition.comment == before {
        definition.comment = Some(comment(rng));
    }
}

/// Another style: what a run of another formatter, or of the same with other settings, leaves. It shows in both languages.
pub(crate) fn restyle(style: Style, rng: &mut Rng) -> Style {
    let seen = |style: Style| (style.single_quotes, style.wide, style.indent);
    let mut other = style;
    while seen(other) == seen(style) {
        other = Style {
            single_quotes: rng.bool(),
            semicolons: rng.bool(),
            wide: rng.bool(),
            indent: [2, 4][rng.usize(..2)],
        };
    }
    other
}

/// Puts the imports in another order; false if there is no other.
pub(crate) fn reorder(source: &mut Source) -> bool {
    let several = source.imports.len() > 1;
    if several {
        source.imports.rotate_left(1);
    }
    several
}
