//! Whether two versions of a Rust file say the same: the tokens of what syn has parsed, without documentation.
//!
//! Comments and layout are no tokens. Trailing commas are passed over, and the imports of the file are taken apart and
//! sorted.

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};
use syn::{Item, UseTree, spanned::Spanned};

use lockstep_script::nesting::{self, Lexis};

/// See [`crate::Language::agree`].
pub(super) fn agree(before: &str, after: &str) -> Option<bool> {
    let read = || {
        let agree = canonical(before).zip(canonical(after)).map(|(before, after)| before == after);
        // The spans of a file are kept per thread until told otherwise: they would pile up over a repository.
        proc_macro2::extra::invalidate_current_thread_spans();
        agree
    };
    nesting::with_room(before, Lexis::Rust, || nesting::with_room(after, Lexis::Rust, read)).ok()?.ok()?
}

/// The imports, sorted, and all other tokens.
fn canonical(text: &str) -> Option<(Vec<String>, String)> {
    let file = syn::parse_file(text).ok()?;
    let mut imports = Vec::new();
    let mut rest = String::new();
    // syn takes a `#!` line off before it counts.
    let offset = file.shebang.as_ref().map_or(0, String::len);
    let source = |span: Span| {
        let range = span.byte_range();
        text.get(range.start + offset..range.end + offset)?.parse::<TokenStream>().ok()
    };
    for attribute in file.attrs.iter().filter(|attribute| !attribute.path().is_ident("doc")) {
        write_tokens(source(attribute.span())?, false, &mut rest);
    }
    for item in &file.items {
        match item {
            Item::Use(import) => {
                let visibility = text.get(import.vis.span().byte_range()).unwrap_or_default();
                let guards = format!("{visibility}{}", import.attrs.len());
                flatten(&import.tree, &guards, &mut imports);
            }
            _ => write_tokens(source(item.span())?, false, &mut rest),
        }
    }
    imports.sort();
    Some((imports, rest))
}

fn flatten(tree: &UseTree, before: &str, into: &mut Vec<String>) {
    match tree {
        UseTree::Path(path) => flatten(&path.tree, &format!("{before}::{}", path.ident), into),
        UseTree::Name(name) => into.push(format!("{before}::{}", name.ident)),
        UseTree::Rename(rename) => into.push(format!("{before}::{} as {}", rename.ident, rename.rename)),
        UseTree::Glob(_) => into.push(format!("{before}::*")),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, into)),
    }
}

/// Writes tokens apart from each other, without documentation and trailing commas. `tuple` is true within parentheses
/// that may be a tuple's: there a comma after the only element says something.
fn write_tokens(tokens: TokenStream, tuple: bool, into: &mut String) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let commas = tokens.iter().filter(|token| is_punctuation(token, ',')).count();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let documentation = documentation(&tokens[at..]);
        if documentation > 0 {
            at += documentation;
            continue;
        }
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                into.push_str(open);
                let called = at.checked_sub(1).is_some_and(|before| ends_a_callee(&tokens[before]));
                write_tokens(group.stream(), group.delimiter() == Delimiter::Parenthesis && !called, into);
                into.push_str(close);
            }
            token if is_punctuation(token, ',') && at + 1 == tokens.len() && !(tuple && commas == 1) => {}
            TokenTree::Punct(sign) => {
                into.push(sign.as_char());
                // `&&` and `& &` differ; what follows a separator says nothing of it.
                if sign.spacing() == Spacing::Alone && !matches!(sign.as_char(), ',' | ';') {
                    into.push(' ');
                }
            }
            token => {
                into.push_str(&token.to_string());
                into.push(' ');
            }
        }
        at += 1;
    }
}

/// How many tokens at the start are a doc comment or attribute.
fn documentation(tokens: &[TokenTree]) -> usize {
    let inner = tokens.get(1).is_some_and(|token| is_punctuation(token, '!'));
    let length = if inner { 3 } else { 2 };
    match (tokens.first(), tokens.get(length - 1)) {
        (Some(sign), Some(TokenTree::Group(group)))
            if is_punctuation(sign, '#')
                && group.delimiter() == Delimiter::Bracket
                && matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc") =>
        {
            length
        }
        _ => 0,
    }
}

/// True for what stands before the parentheses of a call, of parameters, or of a macro.
fn ends_a_callee(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(name) => !matches!(
            name.to_string().as_str(),
            "return" | "in" | "match" | "if" | "while" | "let" | "as" | "break" | "mut" | "ref" | "else" | "move"
        ),
        TokenTree::Punct(sign) => matches!(sign.as_char(), '>' | '!' | '?'),
        TokenTree::Group(_) => true,
        TokenTree::Literal(_) => false,
    }
}

fn is_punctuation(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == sign)
}
